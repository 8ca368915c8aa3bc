//! Landlock: everything that it knows is handled, and nothing is allowed.

use ::landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, LandlockStatus, Ruleset, RulesetAttr as _, RulesetError,
    RulesetStatus, Scope,
};

/// The newest that the crate knows; of an older kernel, as much as it has.
const NEWEST: ABI = ABI::V6;

pub(super) fn restrict() -> Result<String, RulesetError> {
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .restrict_self()?;
    let how = match status.ruleset {
        RulesetStatus::FullyEnforced => "Landlock",
        RulesetStatus::PartiallyEnforced => "Landlock in part",
        RulesetStatus::NotEnforced => return Ok("no Landlock on this kernel".to_owned()),
    };
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => format!("{how} (ABI {})", effective_abi as i32),
        _ => how.to_owned(),
    })
}
