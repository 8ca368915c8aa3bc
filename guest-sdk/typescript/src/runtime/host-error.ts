/** Failures of the host, as errors that functions can catch. */

/** Where an error keeps the failure that it came from, so that an uncaught one leaves the function as it arrived. */
export const FAILURE = Symbol('failure');

/** A failure with its status and details as the host gave them. */
export interface Failure {
    code: string;
    message: string;
    status: number | null;
    details: string | null;
}

/** An error that stands for a failure of the host. */
export interface FromHost {
    [FAILURE]?: Failure;
}

/** Every host call but a provider's answer fails with this one. */
export class HostError extends Error {
    readonly code: string;
    /** The same as `code`, under the name that older functions ask for. */
    readonly type: string;
    readonly status: number | undefined;
    /** More about it, parsed. */
    readonly details: unknown;

    constructor(failure: Failure) {
        super(failure.message);
        this.name = 'NangoError';
        this.code = failure.code;
        this.type = failure.code;
        this.status = failure.status ?? undefined;
        this.details = parsed(failure.details);
        Object.defineProperty(this, FAILURE, { value: failure });
    }
}

/** The failure that an import threw: the engine puts it into the `payload` of an error. */
export function failureOf(thrown: unknown): Failure | undefined {
    const failure = (thrown as { payload?: Partial<Failure> } | null | undefined)?.payload;
    if (typeof failure !== 'object' || failure === null || typeof failure.code !== 'string') {
        return undefined;
    }
    return { code: failure.code, message: String(failure.message), status: failure.status ?? null, details: failure.details ?? null };
}

/** Calls the host; its failure becomes an error with the caller's stack. */
export function hostCall<T>(call: () => T): T {
    try {
        return call();
    } catch (thrown) {
        const failure = failureOf(thrown);
        throw failure ? new HostError(failure) : thrown;
    }
}

/** The value of a JSON text; undefined where there is none. */
export function parsed(text: string | null | undefined): any {
    if (text === null || text === undefined) {
        return undefined;
    }
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}
