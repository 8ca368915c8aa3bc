//! What the stand-in holds: three repositories and 340 issues, some of them pull requests, the same in every process.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use syncline_domain::{Clock, Timestamp};

const OWNER: &str = "octo-orbit";
const EPOCH: &str = "2025-03-03T09:00:00Z";
const REPOSITORIES: [(&str, &str, &str, u64); 3] = [
    ("atlas", "Maps of everything that moves", "Rust", 180),
    ("beacon", "Status pages that tell the truth", "TypeScript", 110),
    ("courier", "Delivers messages, once", "Go", 50),
];
const AUTHORS: [&str; 5] = ["ada", "grace", "linus", "margaret", "radia"];
const LABELS: [&str; 4] = ["bug", "enhancement", "documentation", "question"];
const VERBS: [&str; 7] = ["Fix", "Document", "Speed up", "Redesign", "Remove", "Test", "Explain"];
const THINGS: [&str; 11] = [
    "the login page",
    "the importer",
    "time zones",
    "the retry loop",
    "error messages",
    "the search index",
    "webhooks",
    "the settings form",
    "pagination",
    "the upgrade guide",
    "dark mode",
];
/// Every seventh number is a pull request: GitHub lists both as issues.
const PULL_REQUEST_EVERY: u64 = 7;

/// A repository as GitHub knows it.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Unique over all repositories.
    pub id: u64,
    /// `owner/name`
    pub full_name: String,
    /// One sentence.
    pub description: String,
    /// The main programming language.
    pub language: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or one of its issues last changed.
    pub updated_at: Timestamp,
}

/// An issue or a pull request.
#[derive(Clone, Debug)]
pub struct Issue {
    /// Unique over all issues.
    pub id: u64,
    /// `owner/name` of its repository.
    pub repository: String,
    /// Unique in its repository, from 1.
    pub number: u64,
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Whether it is still to be done.
    pub open: bool,
    /// The author's login.
    pub author: String,
    /// Names of labels.
    pub labels: Vec<String>,
    /// How many comments it has.
    pub comments: u64,
    /// GitHub lists pull requests among the issues, with a `pull_request` member.
    pub pull_request: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An issue to open.
#[derive(Clone, Debug, Default)]
pub struct NewIssue {
    /// One line.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Names of labels.
    pub labels: Vec<String>,
}

/// Everything the stand-in knows. Changes carry the clock's time, to the second as at GitHub, and each is later than the one before.
#[derive(Debug)]
pub struct World {
    repositories: Vec<Repository>,
    issues: Vec<Issue>,
    last_change: Timestamp,
    clock: Arc<dyn Clock>,
}

impl World {
    /// The data of the first day.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let epoch = Timestamp::parse(EPOCH).expect("the constant is a time");
        let minutes = |count: u64| Duration::from_secs(60 * count);
        let mut world = Self { repositories: Vec::new(), issues: Vec::new(), last_change: epoch, clock };
        for (index, (name, description, language, count)) in (0_u64..).zip(REPOSITORIES) {
            let full_name = format!("{OWNER}/{name}");
            let created_at = epoch.plus(minutes(index));
            world.issues.extend((1..=count).map(|number| {
                let serial = index * 1_000 + number;
                let created_at = epoch.plus(minutes(serial * 97 % 40_000));
                let updated_at = created_at.plus(minutes(1 + serial * 37 % 2_880));
                let pull_request = number.is_multiple_of(PULL_REQUEST_EVERY);
                let title = format!("{} {}", pick(&VERBS, serial), pick(&THINGS, serial / 2));
                Issue {
                    id: 2_900_000_000 + serial,
                    repository: full_name.clone(),
                    number,
                    body: format!("{title}, as discussed.\n\nSeen in {name} on day {}.", serial % 30 + 1),
                    title,
                    open: !serial.is_multiple_of(3),
                    author: pick(&AUTHORS, serial).to_owned(),
                    labels: LABELS
                        .iter()
                        .enumerate()
                        .filter(|(bit, _)| serial >> bit & 1 == 1)
                        .map(|(_, label)| (*label).to_owned())
                        .collect(),
                    comments: serial % 9,
                    pull_request,
                    created_at,
                    updated_at,
                }
            }));
            world.repositories.push(Repository {
                id: 710_000_001 + index,
                full_name,
                description: description.to_owned(),
                language: language.to_owned(),
                created_at,
                updated_at: created_at,
            });
        }
        for repository in &mut world.repositories {
            let changes = world.issues.iter().filter(|issue| issue.repository == repository.full_name).map(|issue| issue.updated_at);
            repository.updated_at = changes.max().unwrap_or(repository.created_at);
        }
        world.last_change = world.issues.iter().map(|issue| issue.updated_at).max().unwrap_or(epoch);
        world
    }

    /// All repositories.
    pub fn repositories(&self) -> &[Repository] {
        &self.repositories
    }

    /// All issues and pull requests.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// How many there are: issues, and pull requests.
    pub fn counts(&self) -> (usize, usize) {
        let pulls = self.issues.iter().filter(|issue| issue.pull_request).count();
        (self.issues.len() - pulls, pulls)
    }

    /// One issue.
    pub fn issue(&self, repository: &str, number: u64) -> Option<&Issue> {
        self.issues.iter().find(|issue| issue.repository == repository && issue.number == number)
    }

    /// Gives an issue another title and closes or reopens it; `None` when there is no such issue.
    pub fn edit_issue(&mut self, repository: &str, number: u64, title: &str, open: bool) -> Option<Issue> {
        let now = self.tick();
        let issue = self.issues.iter_mut().find(|issue| issue.repository == repository && issue.number == number)?;
        title.clone_into(&mut issue.title);
        issue.open = open;
        issue.updated_at = now;
        let issue = issue.clone();
        self.touch(repository, now);
        Some(issue)
    }

    /// Opens an issue; `None` when there is no such repository.
    pub fn open_issue(&mut self, repository: &str, new: NewIssue) -> Option<Issue> {
        self.repository(repository)?;
        let now = self.tick();
        let of_repository = self.issues.iter().filter(|issue| issue.repository == repository);
        let issue = Issue {
            id: self.issues.iter().map(|issue| issue.id).max().unwrap_or(0) + 1,
            repository: repository.to_owned(),
            number: of_repository.map(|issue| issue.number).max().unwrap_or(0) + 1,
            title: new.title,
            body: new.body,
            open: true,
            author: AUTHORS[0].to_owned(),
            labels: new.labels,
            comments: 0,
            pull_request: false,
            created_at: now,
            updated_at: now,
        };
        self.issues.push(issue.clone());
        self.touch(repository, now);
        Some(issue)
    }

    /// Deletes a repository with all its issues; `None` when there is no such repository.
    pub fn delete_repository(&mut self, repository: &str) -> Option<Repository> {
        let at = self.repositories.iter().position(|known| known.full_name == repository)?;
        self.issues.retain(|issue| issue.repository != repository);
        Some(self.repositories.remove(at))
    }

    pub(super) fn repository(&self, full_name: &str) -> Option<&Repository> {
        self.repositories.iter().find(|repository| repository.full_name == full_name)
    }

    pub(super) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    fn touch(&mut self, repository: &str, now: Timestamp) {
        if let Some(repository) = self.repositories.iter_mut().find(|known| known.full_name == repository) {
            repository.updated_at = now;
        }
    }

    fn tick(&mut self) -> Timestamp {
        let second = Duration::from_secs(1);
        let now = self.clock.now().unix_micros();
        self.last_change = self.last_change.plus(second).max(Timestamp::from_unix_micros(now - now.rem_euclid(1_000_000)));
        self.last_change
    }
}

impl Repository {
    pub(super) fn to_json(&self, base_url: &str, open_issues: usize) -> Value {
        let (owner, name) = self.full_name.split_once('/').expect("a full name has an owner");
        json!({
            "id": self.id, "node_id": format!("R_{}", self.id), "name": name, "full_name": self.full_name, "private": false,
            "owner": user(owner), "html_url": format!("https://github.com/{}", self.full_name),
            "url": format!("{base_url}/repos/{}", self.full_name), "description": self.description, "fork": false,
            "default_branch": "main", "language": self.language, "archived": false, "disabled": false, "visibility": "public",
            "stargazers_count": self.id % 1_000, "forks_count": self.id % 70, "open_issues_count": open_issues, "topics": [],
            "created_at": seconds(self.created_at), "updated_at": seconds(self.updated_at), "pushed_at": seconds(self.updated_at),
        })
    }
}

impl Issue {
    pub(super) fn to_json(&self, base_url: &str) -> Value {
        let url = format!("{base_url}/repos/{}/issues/{}", self.repository, self.number);
        let path = if self.pull_request { "pull" } else { "issues" };
        let html_url = format!("https://github.com/{}/{path}/{}", self.repository, self.number);
        let labels: Vec<Value> = self.labels.iter().map(|name| json!({ "name": name, "color": "ededed", "default": true })).collect();
        let mut issue = json!({
            "id": self.id, "node_id": format!("I_{}", self.id), "url": url, "html_url": html_url,
            "repository_url": format!("{base_url}/repos/{}", self.repository), "number": self.number, "title": self.title,
            "body": self.body, "state": if self.open { "open" } else { "closed" }, "state_reason": (!self.open).then_some("completed"),
            "user": user(&self.author), "author_association": "MEMBER", "labels": labels, "assignee": null, "assignees": [],
            "milestone": null, "locked": false, "comments": self.comments, "created_at": seconds(self.created_at),
            "updated_at": seconds(self.updated_at), "closed_at": (!self.open).then(|| seconds(self.updated_at)),
        });
        if self.pull_request {
            issue["pull_request"] = json!({ "url": url.replace("/issues/", "/pulls/"), "html_url": html_url });
        }
        issue
    }
}

/// The account that the stand-in's token belongs to.
pub(super) fn viewer() -> Value {
    user(AUTHORS[0])
}

fn user(login: &str) -> Value {
    let id: u64 = login.bytes().map(u64::from).sum();
    let kind = if login == OWNER { "Organization" } else { "User" };
    json!({ "login": login, "id": id, "type": kind, "html_url": format!("https://github.com/{login}") })
}

fn pick(words: &[&'static str], serial: u64) -> &'static str {
    words[usize::try_from(serial).expect("serials are small") % words.len()]
}

/// GitHub writes whole seconds: `2026-01-31T12:00:00Z`.
fn seconds(at: Timestamp) -> String {
    let millis = at.to_millis_z();
    format!("{}Z", &millis[.."2026-01-31T12:00:00".len()])
}

#[cfg(test)]
mod tests {
    use syncline_domain::ManualClock;

    use super::*;

    #[test]
    fn the_first_day_has_340_issues_and_changes_only_move_forward() {
        let clock = Arc::new(ManualClock::new(Timestamp::from_unix_micros(0)));
        let mut world = World::new(clock);
        let (issues, pulls) = world.counts();
        assert_eq!((world.repositories().len(), issues + pulls), (3, 340));
        assert!(pulls > 0);
        let before = world.last_change;
        let edited = world.edit_issue("octo-orbit/atlas", 1, "Other", false).unwrap();
        let opened = world.open_issue("octo-orbit/atlas", NewIssue { title: "New".into(), ..NewIssue::default() }).unwrap();
        assert!(before < edited.updated_at && edited.updated_at < opened.updated_at, "a clock that stands still still orders changes");
        assert_eq!(opened.number, 181);
        assert!(world.delete_repository("octo-orbit/courier").is_some());
        assert_eq!(world.issues().len(), 340 + 1 - 50);
    }
}
