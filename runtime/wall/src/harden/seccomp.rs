//! seccomp: what this process may still ask of the kernel.
//!
//! Three answers. What tokio, wasmtime and the allocator need is allowed. What only an attack would try kills the process, so that it is noticed.
//! Anything else is refused with `EPERM`, because a library may try it in good faith and do without: opening `/proc/self/cgroup`, for one.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Op, SeccompCondition as Condition, SeccompFilter,
    SeccompRule, TargetArch,
};

#[cfg(target_arch = "x86_64")]
const ARCH: TargetArch = TargetArch::x86_64;
#[cfg(target_arch = "aarch64")]
const ARCH: TargetArch = TargetArch::aarch64;

/// With any arguments: they work on what the process has already, its memory, its threads and its descriptors.
const ALLOWED: &[c_long] = &[
    // Memory: guests' pools, machine code, the allocator.
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    // Images of guests' first memory: files without a name.
    libc::SYS_memfd_create,
    libc::SYS_ftruncate,
    libc::SYS_pwrite64,
    libc::SYS_pread64,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_fcntl,
    // The socket, and what tokio wakes its threads with.
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_shutdown,
    libc::SYS_close,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_eventfd2,
    libc::SYS_ppoll,
    // Threads.
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_membarrier,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Traps of guests are signals.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    // Time and chance.
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_getrandom,
    // Refused with `ENOSYS` by a filter of its own.
    libc::SYS_clone3,
];

#[cfg(target_arch = "x86_64")]
const ALLOWED_HERE: &[c_long] = &[libc::SYS_epoll_wait, libc::SYS_poll];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_HERE: &[c_long] = &[];

/// Nobody tries these by mistake.
const DEADLY: &[c_long] = &[
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_bpf,
    libc::SYS_mount,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_keyctl,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_kexec_load,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
];

/// The one ioctl that asks the kernel which pages a guest has touched.
const PAGEMAP_SCAN: u64 = 0xc060_6610;
/// What makes a socket non-blocking.
const FIONBIO: u64 = 0x5421;

/// The strictest of three answers counts. The last filter refuses to set another one.
pub(super) fn filter() -> Result<(), Error> {
    for filter in [no_clone3()?, deadly()?, allowed()?] {
        seccompiler::apply_filter(&BpfProgram::try_from(filter)?)?;
    }
    Ok(())
}

fn allowed() -> Result<SeccompFilter, Error> {
    let any = |call: &c_long| (*call, Vec::new());
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> = ALLOWED.iter().chain(ALLOWED_HERE).chain(DEADLY).map(any).collect();
    // Threads of this process, never a process.
    let thread = (libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SIGHAND) as u64;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![Condition::new(0, Length::Qword, Op::MaskedEq(thread), thread)?])?]);
    // Between two ends in this process: tokio's runtime makes such a pair for signals.
    rules.insert(libc::SYS_socketpair, vec![is(0, libc::AF_UNIX as u64)?]);
    // An abort signals its own process, nobody else's.
    rules.insert(libc::SYS_tgkill, vec![is(0, u64::from(std::process::id()))?]);
    rules.insert(libc::SYS_prctl, vec![is(0, libc::PR_SET_NAME as u64)?, is(0, libc::PR_SET_VMA as u64)?]);
    rules.insert(libc::SYS_ioctl, vec![is(1, PAGEMAP_SCAN)?, is(1, FIONBIO)?]);
    Ok(SeccompFilter::new(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow, ARCH)?)
}

/// A filter cannot look at what `clone3` is asked for; without it, the C library asks `clone`.
fn no_clone3() -> Result<SeccompFilter, Error> {
    let rules = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32), ARCH)?)
}

fn deadly() -> Result<SeccompFilter, Error> {
    let rules = DEADLY.iter().map(|call| (*call, Vec::new())).collect();
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::KillProcess, ARCH)?)
}

fn is(argument: u8, value: u64) -> Result<SeccompRule, Error> {
    Ok(SeccompRule::new(vec![Condition::new(argument, Length::Dword, Op::Eq, value)?])?)
}
