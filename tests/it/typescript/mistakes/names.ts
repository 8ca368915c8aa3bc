/** The provider leaves `owner` out where there is none. */
export function nameOf(data: any): string {
    return data.owner.name;
}
