//! How deep a guest's calls are.
//!
//! wasmtime knows and does not tell. Host functions run on the guest's own stack, so the address of a local variable of theirs says how far down
//! it is: first measured where the guest begins, near the top.

use crate::config::WASM_STACK_BYTES;

#[derive(Debug, Default)]
pub(super) struct StackMeter {
    /// Where the guest asked from when it was least deep.
    top: usize,
}

impl StackMeter {
    #[inline(never)]
    pub(super) fn left(&mut self) -> usize {
        let here = 0_u8;
        self.left_at(std::ptr::from_ref(&here).addr())
    }

    /// Stacks grow downwards on every processor that we run on.
    fn left_at(&mut self, here: usize) -> usize {
        let used = self.top.wrapping_sub(here);
        // Less deep than ever, or on another stack: one run may have several, each far from the others.
        if used > WASM_STACK_BYTES {
            self.top = here;
            return WASM_STACK_BYTES;
        }
        WASM_STACK_BYTES - used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_falls_with_depth_and_begins_anew_on_another_stack() {
        let (mut meter, top) = (StackMeter::default(), 1 << 30);
        assert_eq!(meter.left_at(top), WASM_STACK_BYTES);
        assert_eq!(meter.left_at(top - 1_000), WASM_STACK_BYTES - 1_000);
        assert_eq!(meter.left_at(top + 16), WASM_STACK_BYTES);
        assert_eq!(meter.left_at(top - 8 * WASM_STACK_BYTES), WASM_STACK_BYTES);
        assert_eq!(meter.left_at(top - 8 * WASM_STACK_BYTES - 64), WASM_STACK_BYTES - 64);
    }
}
