/** `"12.34"` to 1234, digit by digit: `12.34 * 100` is 1233.9999999999998. */
export function centsOf(amount: string): number {
    const match = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(amount);
    if (!match) {
        throw new Error(`"${amount}" is no amount`);
    }
    const [, sign, whole, fraction = ''] = match;
    const cents = Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
    return sign === '-' ? -cents : cents;
}
