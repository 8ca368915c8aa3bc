//! The only `bindgen!` of the workspace: everything here is generated from `wit/syncline.wit`.
//!
//! The imports are plain functions to the guest and async ones to the host: the guest blocks, its thread does not. `start`
//! and `sleep` need the store, because the futures that they return live there. All of them may trap, which is how an exhausted budget
//! ends a run; an expected failure is data. The types can be written down, because a run may be in another process than its host.
#![expect(missing_docs, reason = "generated: the documentation is in the WIT")]

wasmtime::component::bindgen!({
    world: "function",
    path: "wit",
    imports: {
        "syncline:host/provider.start": store | trappable,
        "syncline:host/run.get-info": trappable,
        "syncline:host/run.input": trappable,
        "syncline:host/run.log": trappable,
        "syncline:host/run.get-details": trappable,
        "syncline:host/run.get-budget": trappable,
        "syncline:host/run.sleep": store | trappable,
        "syncline:host/run.get-random": trappable,
        "syncline:host/run.get-stack": trappable,
        default: async | trappable,
    },
    exports: { default: async },
    with: { "syncline:host/provider.pages": crate::host::PageWalk },
    additional_derives: [PartialEq, serde::Serialize, serde::Deserialize],
});
