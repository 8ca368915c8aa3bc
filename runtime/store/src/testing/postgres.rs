//! A PostgreSQL cluster for the test process: started when a test first asks, gone when the process is, however it ends. And clusters of single
//! tests, which may crash and start again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::sync::OnceCell;

/// A shell watches over the cluster: its standard input ends when the test process ends, also by `kill -9`, where no destructor runs.
/// Commands come in by the line, and each is answered by one.
const WATCH: &str = r#"
trap '' INT TERM HUP
dir=$(mktemp -d "${TMPDIR:-/tmp}/syncline-postgres.XXXXXX") || exit 1
cd "$dir"
options="-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories='' $3 -c max_connections=300 -c shared_buffers=64MB"
make() {
    if [ -z "$4" ]
    then "$1/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C --no-sync
    else "$1/pg_basebackup" -D "$dir/data" -R -X stream -c fast -d "host=127.0.0.1 port=$4 user=postgres application_name=standby"
    fi
}
# Its first process and those that it started, by their numbers; nothing is written any more, and nobody is told.
slay() {
    first=$(head -n 1 "$dir/data/postmaster.pid") && kill -9 $first $(cat "/proc/$first/task/$first/children")
    memory=$(sed -n 7p "$dir/data/postmaster.pid") && ipcrm -m "${memory##* }"
    true
}
start() { "$1/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" -o "$options" start; }
if make "$@" >"$dir/log" 2>&1 && start "$1" >>"$dir/log" 2>&1
then
    echo ready
    while read -r command; do
        case "$command" in
            crash) "$1/pg_ctl" -D "$dir/data" -m immediate -w stop ;;
            start) start "$1" ;;
            slay) slay ;;
            promote) "$1/pg_ctl" -D "$dir/data" -w -t 60 promote ;;
            restart) "$1/pg_ctl" -D "$dir/data" -m fast -w -t 60 -l "$dir/log" restart ;;
        esac >>"$dir/log" 2>&1 && echo "did $command" || { echo "failed to $command: $(tail -n 20 "$dir/log" | tr '\n' ' ')"; }
    done
    "$1/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
else
    tail -n 20 "$dir/log" | tr '\n' ' '
fi
cd /
rm -rf "$dir"
"#;

/// Of the shared cluster nothing is synced to disk: it is never started again.
const CARELESS: &str = "-c fsync=off -c full_page_writes=off";
/// As PostgreSQL comes.
const CAREFUL: &str = "-c fsync=on";

/// The shared memory of one that is killed is in its folder, which goes with it.
const MORTAL: &str = "-c fsync=on -c dynamic_shared_memory_type=mmap";

/// Migrated once; each test's database is a copy.
const TEMPLATE: &str = "syncline_template";

struct Cluster {
    port: u16,
    /// Its standard input must stay open.
    watch: Child,
    answers: BufReader<ChildStdout>,
}

/// A cluster of one test's own, with an empty database; it goes with the value.
pub struct TestCluster(Cluster);

impl std::fmt::Debug for TestCluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TestCluster({})", self.0.port)
    }
}

impl TestCluster {
    /// Starts one; `None` where PostgreSQL is not installed, after saying so. Panics then when `CI=true`.
    pub async fn start() -> Option<Self> {
        let programs = installed()?;
        let cluster = launch_one(&programs, CAREFUL, None);
        execute(cluster.port, "CREATE DATABASE syncline".to_owned()).await;
        Some(Self(cluster))
    }

    /// Starts one and a stand-by of it, which has on disk whatever the first one acknowledges.
    pub async fn start_pair() -> Option<(Self, Self)> {
        let programs = installed()?;
        let primary = launch_one(&programs, MORTAL, None);
        execute(primary.port, "CREATE DATABASE syncline".to_owned()).await;
        let standby = launch_one(&programs, MORTAL, Some(primary.port));
        // Not before it is there: until then nothing could be acknowledged.
        execute(primary.port, "ALTER SYSTEM SET synchronous_standby_names = 'standby'".to_owned()).await;
        execute(primary.port, "SELECT pg_reload_conf()".to_owned()).await;
        let pair = (Self(primary), Self(standby));
        while pair.0.number("SELECT COUNT(*) FROM pg_stat_replication WHERE sync_state = 'sync'").await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Some(pair)
    }

    /// Reads one whole number.
    pub async fn number(&self, sql: &str) -> i64 {
        super::TestDatabase { url: self.url(), clock: super::clock(), _folder: None }.number(sql).await
    }

    /// Of the empty database.
    pub fn url(&self) -> String {
        self.0.url("syncline")
    }

    /// Where it listens on loopback.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// Ends every process of it at once, as a power cut does. What was not synced to the files is lost.
    pub fn crash(&mut self) {
        self.0.command("crash");
    }

    /// After a crash: recovers, and returns when it answers, at the same port.
    pub fn start_again(&mut self) {
        self.0.command("start");
    }

    /// `kill -9` of its processes, for good: as a machine that is lost.
    pub fn slay(&mut self) {
        self.0.command("slay");
    }

    /// Makes a stand-by the one that takes writes; returns when it does.
    pub fn promote(&mut self) {
        self.0.command("promote");
    }

    /// As an operator restarts it: connections are cut, transactions under way are rolled back.
    pub fn restart(&mut self) {
        self.0.command("restart");
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        // The end of its input tells the shell to stop and to tidy up.
        drop(self.0.watch.stdin.take());
        _ = self.0.watch.wait();
    }
}

static CLUSTER: OnceCell<Option<Cluster>> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The URL of a new database, or `None` where PostgreSQL is not installed.
pub(super) async fn new_database() -> Option<String> {
    let cluster = CLUSTER.get_or_init(start).await.as_ref()?;
    let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
    execute(cluster.port, format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await;
    Some(cluster.url(&name))
}

impl Cluster {
    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    fn command(&mut self, command: &str) {
        let stdin = self.watch.stdin.as_mut().expect("piped, and taken by nobody");
        writeln!(stdin, "{command}").expect("the shell reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the shell speaks UTF-8");
        assert_eq!(answer.trim(), format!("did {command}"), "PostgreSQL");
    }
}

async fn start() -> Option<Cluster> {
    let cluster = launch_one(&installed()?, CARELESS, None);
    execute(cluster.port, format!("CREATE DATABASE {TEMPLATE}")).await;
    let template = super::TestDatabase { url: cluster.url(TEMPLATE), clock: super::clock(), _folder: None };
    template.open().await.close().await;
    Some(cluster)
}

fn launch_one(programs: &Path, settings: &str, primary: Option<u16>) -> Cluster {
    // Between the choice of a port and its use another process can take it.
    (0..3).find_map(|_| launch(programs, settings, primary)).expect("PostgreSQL is installed but does not start; its log is above")
}

fn launch(programs: &Path, settings: &str, primary: Option<u16>) -> Option<Cluster> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let mut watch = unprivileged()
        .args(["sh", "-c", WATCH, "watch"])
        .arg(programs)
        .arg(port.to_string())
        .arg(settings)
        .arg(primary.map(|port| port.to_string()).unwrap_or_default())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("a shell");
    let mut answers = BufReader::new(watch.stdout.take().expect("piped"));
    let mut line = String::new();
    answers.read_line(&mut line).expect("the shell speaks UTF-8");
    if line.trim() == "ready" {
        return Some(Cluster { port, watch, answers });
    }
    eprintln!("PostgreSQL did not start: {line}");
    _ = watch.wait();
    None
}

async fn execute(port: u16, sql: String) {
    let mut connection =
        PgConnection::connect(&format!("postgres://postgres@127.0.0.1:{port}/postgres")).await.expect("the cluster answers");
    connection.execute(AssertSqlSafe(sql)).await.expect("the cluster obeys");
    connection.close().await.expect("the cluster lets go");
}

/// PostgreSQL refuses to run as root, who has the user `postgres` for it.
fn unprivileged() -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let mut command = Command::new(if root { "setpriv" } else { "env" });
    if root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "env", "-u", "TMPDIR"]);
    }
    command
}

fn installed() -> Option<PathBuf> {
    let programs = programs();
    if programs.is_none() {
        skip("PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql): its half of the tests did not run");
    }
    programs
}

/// The folder of PostgreSQL's programs.
pub(super) fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    std::env::split_paths(&path).chain(installed).find(|folder| {
        // All of them: some systems have a few in the path and the rest elsewhere.
        ["initdb", "pg_ctl", "pg_basebackup"].iter().all(|program| folder.join(program).is_file())
    })
}

fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI=true, and {why}");
    eprintln!("\n==== SKIPPED: {why} ====\n");
}
