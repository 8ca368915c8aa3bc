//! A PostgreSQL cluster for the test process: started when a test first asks, gone when the process is, however it ends.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tokio::sync::OnceCell;

/// A shell watches over the cluster: its standard input ends when the test process ends, also by `kill -9`, where no destructor runs.
/// Nothing is synced to disk: the machine's crash is not what these tests are about.
const WATCH: &str = r#"
trap '' INT TERM HUP
dir=$(mktemp -d "${TMPDIR:-/tmp}/syncline-postgres.XXXXXX") || exit 1
cd "$dir"
if "$1/initdb" -D "$dir/data" -A trust -U postgres -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 &&
    "$1/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" -o "-p $2 -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off \
        -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB" start >>"$dir/log" 2>&1
then
    echo ready
    cat >/dev/null
    "$1/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
else
    tail -n 20 "$dir/log" | tr '\n' ' '
fi
cd /
rm -rf "$dir"
"#;

/// Migrated once; each test's database is a copy.
const TEMPLATE: &str = "syncline_template";

struct Cluster {
    port: u16,
    /// Never dropped: its standard input must stay open.
    _watch: Child,
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
}

async fn start() -> Option<Cluster> {
    let Some(programs) = programs() else {
        skip("PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql): its half of the tests did not run");
        return None;
    };
    // Between the choice of a port and its use another process can take it.
    let cluster = (0..3).find_map(|_| launch(&programs)).expect("PostgreSQL is installed but does not start; its log is above");
    execute(cluster.port, format!("CREATE DATABASE {TEMPLATE}")).await;
    let template = super::TestDatabase { url: cluster.url(TEMPLATE), clock: super::clock(), _folder: None };
    template.open().await.close().await;
    Some(cluster)
}

fn launch(programs: &std::path::Path) -> Option<Cluster> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let mut watch = unprivileged()
        .args(["sh", "-c", WATCH, "watch"])
        .arg(programs)
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("a shell");
    let mut line = String::new();
    BufReader::new(watch.stdout.take().expect("piped")).read_line(&mut line).expect("the shell speaks UTF-8");
    if line.trim() == "ready" {
        return Some(Cluster { port, _watch: watch });
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

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    std::env::split_paths(&path).chain(installed).find(|folder| folder.join("initdb").is_file())
}

fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI=true, and {why}");
    eprintln!("\n==== SKIPPED: {why} ====\n");
}
