//! Whether what a page asks is answered by indexes.

use crate::Store;

/// Tables that grow with use, by how their names begin.
const LARGE: [&str; 10] = [
    "connections",
    "records",
    "runs",
    "run_logs",
    "operations",
    "operation_messages",
    "jobs",
    "webhook_deliveries",
    "incoming_webhooks",
    "overview_minutes",
];

impl Store {
    /// Does `work`, and returns what it read by looking at the whole of a large table, or of an index of one: statement and plan.
    pub async fn scans<T>(&self, work: impl Future<Output = T>) -> (T, usize, Vec<String>) {
        let (done, plans) = self.database().plans(work).await.expect("what was answered can be explained");
        let count = plans.len();
        let scans = plans.into_iter().filter(|(_, plan)| is_scan(plan)).map(|(sql, plan)| format!("{sql}\n{plan}")).collect();
        (done, count, scans)
    }
}

fn is_scan(plan: &str) -> bool {
    let lines: Vec<&str> = plan.lines().map(str::trim_start).collect();
    let is_large =
        |name: &str| LARGE.iter().any(|large| name == *large || name.strip_prefix(large).is_some_and(|rest| rest.starts_with('_')));
    lines.iter().enumerate().any(|(at, line)| {
        // SQLite: `SCAN o`, which names the table or what the statement calls it; PostgreSQL: `Seq Scan on runs`.
        if let Some(scanned) = line.strip_prefix("SCAN ") {
            let name = scanned.split(' ').next().unwrap_or_default();
            return is_large(name) || matches!(name, "c" | "o" | "m" | "l" | "w" | "r");
        }
        if let Some((_, rest)) = line.split_once("Seq Scan on ") {
            return is_large(rest.split(' ').next().unwrap_or_default());
        }
        // An index that is read from end to end says no `Index Cond` below it.
        let Some((_, rest)) = line.split_once(" on ").filter(|(step, _)| step.contains("Index") && step.contains("Scan")) else {
            return false;
        };
        let is_bounded = lines[at + 1..].iter().take_while(|line| !line.starts_with("->")).any(|line| line.starts_with("Index Cond:"));
        !is_bounded && is_large(rest.split(' ').next().unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_told_from_a_search() {
        for plan in [
            "SCAN runs",
            "SCAN operations USING INDEX operations_newest",
            "Limit  (cost=0)\n  ->  Seq Scan on records_7 records  (cost=0)\n        Filter: (x)",
            "Index Only Scan Backward using runs_pkey on runs  (cost=0)\n  Filter: (x)",
            "Bitmap Heap Scan on jobs  (cost=0)\n  ->  Bitmap Index Scan on jobs_sync  (cost=0)",
        ] {
            assert!(is_scan(plan), "{plan}");
        }
        for plan in [
            "SEARCH runs USING INDEX runs_newest (environment=? AND id>?)",
            "SCAN integrations",
            "Index Scan using runs_newest on runs  (cost=0)\n  Index Cond: (environment = 1)\n  Filter: (x)",
            "Seq Scan on integrations i  (cost=0)",
        ] {
            assert!(!is_scan(plan), "{plan}");
        }
    }
}
