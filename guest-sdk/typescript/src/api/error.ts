/** The error that an action gives to its caller. */

/** An action's own failure: its payload reaches the caller as it is. */
export interface ActionError<T = Record<string, unknown>> extends Error {
    readonly type: 'action_script_runtime_error';
    readonly payload: T;
}

/** `new nango.ActionError({...})`. */
export interface ActionErrorConstructor {
    new <T = Record<string, unknown>>(payload?: T): ActionError<T>;
    readonly prototype: ActionError<any>;
}
