//! What a failure means, and what to do next.

use syncline_domain::RunError;

/// A sentence that says what happened, and one that says what to do.
pub(in crate::console) fn of(error: &RunError) -> (String, &'static str) {
    let (headline, advice) = match (error.code.as_str(), error.status) {
        ("provider_status", Some(401)) => {
            ("The provider did not accept the credentials", "Test the connection; if that fails, too, its user has to reconnect.")
        }
        ("provider_status", Some(403)) => (
            "The provider refused: the account may not do this",
            "Check which scopes the integration asks for and what the account may do at the provider, then reconnect.",
        ),
        ("provider_status", Some(404)) => (
            "The provider does not have what was asked for",
            "Look at the address in the details below, and correct the function or its metadata.",
        ),
        ("provider_status", Some(429)) => (
            "The provider's rate limit was reached",
            "It is tried again later. If this repeats, let the function run less often or ask for less at once.",
        ),
        ("provider_status", Some(500..)) => {
            ("The provider failed", "Look at the provider's status page, and run it again when the provider works.")
        }
        ("provider_status", _) => {
            ("The provider refused the request", "Compare the details below with the provider's documentation, and correct the function.")
        }
        ("network_error", _) => ("The provider could not be reached", "Check that this server reaches the address, then run it again."),
        ("action_error" | "function_error", _) => {
            ("The function gave up", "Its author wrote the message above. The log below shows how it came to it.")
        }
        ("invalid_action_input", _) => {
            ("The input does not fit the function's schema", "Correct what your backend sends; the schema is on the function's page.")
        }
        ("invalid_action_output", _) => {
            ("The output does not fit the function's schema", "Correct the function or its output schema, and deploy it again.")
        }
        ("invalid_schema", _) => ("A schema of the function cannot be used", "Correct the schema, and deploy the function again."),
        ("function_timeout", _) => {
            ("The function took too long", "Let it save and set checkpoints more often, or raise wall_time_s in its limits.")
        }
        ("function_cpu_time_exceeded", _) => {
            ("The function computed for too long", "Look for a loop that does not end, or raise cpu_time_s in its limits.")
        }
        ("function_out_of_memory", _) => {
            ("The function used up its memory", "Read and save in smaller batches, or raise memory_mb in its limits.")
        }
        ("function_stack_overflow", _) => {
            ("The function called itself too deeply", "Look for a recursion that does not end in the frames below.")
        }
        ("function_trapped", _) => ("The function crashed", "The frames below name the place in the author's code."),
        ("function_host_calls_exceeded", _) => {
            ("The function called the host too often", "Save records in batches, and read larger pages.")
        }
        ("function_output_too_large", _) => ("The function's output is too large", "Let it save records, or answer with less."),
        ("function_cancelled", _) => ("The run was cancelled", "Run it again when it should go on."),
        ("function_process_lost", _) => {
            ("The process that ran the function ended", "It is tried again. If this repeats, look at the server's memory and log.")
        }
        ("write_refused", _) => (
            "It was about to change something at the provider",
            "All that it did before is below. Where the change is meant, tick the box above and run it once more.",
        ),
        ("dry_run_timeout", _) => (
            "The dry run took a minute, which is as long as one may",
            "All that it did in that time is below. A run in earnest has more time.",
        ),
        ("dry_run_full", _) => {
            ("There are more records than a dry run may hold", "Try it on a connection that has fewer. A run in earnest has no such limit.")
        }
        ("lease_lost", _) => ("The run was given to another worker", "Look at the newer run of the same function."),
        ("function_internal_error" | "internal_error", _) => ("Something went wrong inside the server", "The server's log has the reason."),
        _ => ("The run failed", "The message and the log below say why. Run it again when the cause is mended."),
    };
    let status = error.status.filter(|_| error.code == "provider_status").map(|status| format!(" (status {status})")).unwrap_or_default();
    (format!("{headline}{status}"), advice)
}
