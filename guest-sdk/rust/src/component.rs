//! A component: the functions of one integration, and its two exports.

use serde_json::{Value, json};

use crate::function::Function;

/// The functions that are deployed together. [`component!`](crate::component) makes it.
pub struct Component {
    integration: Option<&'static str>,
    functions: Vec<Function>,
}

impl Component {
    #[doc(hidden)]
    pub fn new(integration: Option<&'static str>, functions: Vec<Function>) -> Self {
        Self { integration, functions }
    }

    /// What the host is told at deploy.
    pub fn manifest(&self) -> Value {
        json!({
            "sdk": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION"), "language": "rust" },
            "integration": self.integration,
            "functions": self.functions.iter().map(|function| function.description.manifest()).collect::<Vec<_>>(),
        })
    }

    /// Runs one function, as the host calls it.
    #[cfg(target_family = "wasm")]
    #[doc(hidden)]
    pub async fn call(self, name: &str) -> Result<String, crate::Failure> {
        use crate::host::{Failure, Handle};
        log_panics();
        let Some(function) = self.functions.iter().find(|function| function.description.name == name) else {
            return Err(Failure {
                code: "unknown_function".to_owned(),
                message: format!("this component has no function `{name}`"),
                status: None,
                details: None,
            });
        };
        let run = (function.run)(crate::function::HostHandle(Handle));
        run.await.map_err(|error| error.to_failure())
    }
}

/// A panic becomes a line of the run's log before the instance traps: a trap alone has no message.
#[cfg(target_family = "wasm")]
fn log_panics() {
    use crate::host::{Handle, Host, Level};
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("a value that is not text");
        let text = match panic.location() {
            Some(place) => format!("panicked at {}:{}: {message}", place.file(), place.line()),
            None => format!("panicked: {message}"),
        };
        Handle.log(Level::Error, &text, None);
    }));
}

/// Makes a component of functions: `component!(integration = "github"; issues, repositories, create_issue);`
///
/// Write it once, in `lib.rs`. It exports what the host calls, and defines `component()`, whose
/// [`manifest`](crate::Component::manifest) a test can look at. The integration may be left out.
#[macro_export]
macro_rules! component {
    (integration = $integration:literal; $($function:path),+ $(,)?) => {
        $crate::component!(@define ::core::option::Option::Some($integration); $($function),+);
    };
    (@define $integration:expr; $($function:path),+) => {
        /// The functions of this component.
        pub fn component() -> $crate::Component {
            $crate::Component::new($integration, ::std::vec![$($crate::Function::from($function())),+])
        }

        #[cfg(target_family = "wasm")]
        const _: () = {
            struct Exports;

            impl $crate::__private::bindings::Guest for Exports {
                fn describe() -> ::std::string::String {
                    component().manifest().to_string()
                }

                async fn call(
                    function: ::std::string::String,
                ) -> ::core::result::Result<::std::string::String, $crate::__private::bindings::Failure> {
                    component().call(&function).await.map_err(::core::convert::Into::into)
                }
            }

            $crate::__private::bindings::export!(Exports with_types_in $crate::__private::bindings);
        };
    };
    ($($function:path),+ $(,)?) => {
        $crate::component!(@define ::core::option::Option::None; $($function),+);
    };
}
