//! How webhooks are tried, how addresses that fail are left alone, and how nothing is lost on the way.

use std::time::Duration;

use syncline_domain::{CircuitState, DeliveryState, DisabledReason, EnvironmentId, JobKind, WebhookDeliveryId, WebhookEndpointId};
use syncline_store::payload::{DeliverWebhook, ReleaseWebhooks};
use syncline_store::{
    BegunDelivery, DeliveryAttempt, DeliveryFilter, EndedAttempt, Error, Fence, JobRow, Released, Replay, ReplayDeliveries, StartedAttempt,
    Verdict, WebhookDeliveryRow, WebhookEndpointRow, on_each_database,
};

use crate::fixture::World;
use crate::webhooks::{delivery, notify};

const URL: &str = "https://a.example.com";
const FAILS: Verdict = Verdict::Passing { asked: None, everything: false };

impl World {
    async fn send(&self, urls: &[&str]) -> Vec<WebhookDeliveryId> {
        let job = notify(self).await;
        let deliveries = urls.iter().map(|url| delivery(self, url)).collect();
        self.store.webhook_deliveries().insert_all(job.fence(), deliveries, self.now()).await.unwrap()
    }

    /// Claims the next job, which must be the delivery's, and begins.
    async fn begin(&self) -> (JobRow, BegunDelivery) {
        let job = self.claim().await.expect("a job is due");
        assert_eq!(job.kind, JobKind::DeliverWebhook);
        let payload: DeliverWebhook = serde_json::from_str(&job.payload).unwrap();
        let begun = self.store.webhook_deliveries().begin(job.fence(), payload.delivery, self.now()).await.unwrap();
        (job, begun)
    }

    async fn started(&self) -> (JobRow, StartedAttempt) {
        match self.begin().await {
            (job, BegunDelivery::Attempt(_, started)) => (job, started),
            (job, BegunDelivery::Over) => panic!("{job:?} was not begun"),
        }
    }

    async fn end(&self, job: &JobRow, started: StartedAttempt, verdict: Verdict) -> EndedAttempt {
        self.store.webhook_deliveries().end(job.fence(), started, self.attempt(verdict)).await.unwrap()
    }

    fn attempt(&self, verdict: Verdict) -> DeliveryAttempt {
        let status = if verdict == Verdict::Delivered { 204 } else { 500 };
        DeliveryAttempt {
            status: Some(status),
            error: None,
            answer: Some("what it said".to_owned()),
            verdict,
            random: 32_767,
            now: self.now(),
        }
    }

    /// Does what is due, as a worker would, until nothing is; every attempt ends with `verdict`. Returns who was tried.
    async fn work(&self, verdict: Verdict) -> Vec<WebhookDeliveryId> {
        let mut tried = Vec::new();
        while let Some(job) = self.claim().await {
            if job.kind == JobKind::ReleaseWebhooks {
                let payload: ReleaseWebhooks = serde_json::from_str(&job.payload).unwrap();
                while self.store.webhook_endpoints().release(job.fence(), payload.endpoint, 2, self.now()).await.unwrap() == Released::More
                {
                }
                continue;
            }
            let payload: DeliverWebhook = serde_json::from_str(&job.payload).unwrap();
            let begun = self.store.webhook_deliveries().begin(job.fence(), payload.delivery, self.now()).await.unwrap();
            if let BegunDelivery::Attempt(row, started) = begun {
                tried.push(row.id);
                self.end(&job, started, verdict).await;
            }
        }
        tried
    }

    async fn row(&self, id: WebhookDeliveryId) -> WebhookDeliveryRow {
        self.store.webhook_deliveries().lookup(id).await.unwrap().unwrap()
    }

    async fn states(&self, state: DeliveryState) -> usize {
        let filter = DeliveryFilter { state: Some(state), limit: 1_000, ..Default::default() };
        self.store.webhook_deliveries().list(self.environment, filter).await.unwrap().len()
    }

    async fn endpoint(&self) -> WebhookEndpointRow {
        self.store.webhook_endpoints().list(self.environment, None, 10).await.unwrap().remove(0)
    }

    fn replay_of(&self) -> ReplayDeliveries {
        ReplayDeliveries {
            environment: self.environment,
            since: self.now().minus(Duration::from_hours(24 * 30)),
            until: None,
            url: None,
            delivered_too: false,
            after: None,
            limit: 1_000,
            now: self.now(),
        }
    }
}

on_each_database! {
    /// W3: ten attempts over three days, each on record, under one id; then it is given up and listed.
    async fn every_attempt_is_on_record_until_the_last(database) {
        let world = World::new(database).await;
        let id = world.send(&[URL]).await[0];
        let begin = world.now();
        let mut tried = Vec::new();
        while let Some(at) = world.store.jobs().next_scheduled_at().await.unwrap() {
            world.clock.set(at.max(world.now()));
            tried.extend(world.work(FAILS).await);
        }
        let row = world.row(id).await;
        assert_eq!((tried, row.state, row.attempts, row.next_attempt_at), (vec![id; 10], DeliveryState::Failed, 10, None));
        let days = world.now().since(begin).as_secs_f64() / 86_400.0;
        assert!((2.9..3.2).contains(&days), "{days}");
        let attempts = world.store.webhook_deliveries().attempts(id).await.unwrap();
        assert_eq!(attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
        assert!(attempts.iter().all(|attempt| attempt.status == Some(500) && attempt.ended_at.is_some()));
        assert_eq!(attempts[0].answer.as_deref(), Some("what it said"));
    }

    /// D7: the process dies while it sends; the next one sends again under the same id, and both attempts are on record.
    async fn an_attempt_that_its_process_did_not_survive_is_one(database) {
        let world = World::new(database).await;
        let id = world.send(&[URL]).await[0];
        let (lost, started) = world.started().await;
        world.clock.advance(Duration::from_mins(2));
        let rescue = syncline_store::Rescue { limit: 10, max_crashes: 20, now: world.now() };
        assert_eq!(world.store.jobs().rescue(rescue).await.unwrap().len(), 1);
        assert_eq!(world.work(Verdict::Delivered).await, [id]);
        let attempts = world.store.webhook_deliveries().attempts(id).await.unwrap();
        let told: Vec<_> = attempts.iter().map(|attempt| (attempt.status, attempt.error.as_deref())).collect();
        assert_eq!(told, [(None, Some("process_lost")), (Some(204), None)]);
        let late = world.store.webhook_deliveries().end(lost.fence(), started, world.attempt(Verdict::Delivered)).await;
        assert!(matches!(late, Err(Error::Fenced)), "{late:?}");
        assert_eq!((world.row(id).await.state, world.row(id).await.attempts), (DeliveryState::Delivered, 2));
    }

    /// D7: one that takes every worker with it is given up, listed, and can be replayed.
    async fn a_delivery_that_no_process_survives_is_listed_as_failed(database) {
        let world = World::new(database).await;
        let id = world.send(&[URL]).await[0];
        for _ in 0..2 {
            world.started().await;
            world.clock.advance(Duration::from_mins(2));
            world.store.jobs().rescue(syncline_store::Rescue { limit: 10, max_crashes: 2, now: world.now() }).await.unwrap();
        }
        assert_eq!((world.row(id).await.state, world.store.jobs().count_active().await.unwrap()), (DeliveryState::Failed, 0));
        let attempts = world.store.webhook_deliveries().attempts(id).await.unwrap();
        assert!(attempts.len() == 2 && attempts.iter().all(|attempt| attempt.error.as_deref() == Some("process_lost")));
        assert_eq!(world.store.webhook_deliveries().replay(world.environment, id, world.now()).await.unwrap(), Replay::Begun);
        assert_eq!(world.work(Verdict::Delivered).await, [id]);
    }

    async fn an_attempt_needs_its_lease(database) {
        let world = World::new(database).await;
        let id = world.send(&[URL]).await[0];
        let job = world.claim().await.unwrap();
        let stale = Fence { job: job.id, fence: job.fence - 1 };
        let refused = world.store.webhook_deliveries().begin(stale, id, world.now()).await;
        assert!(matches!(refused, Err(Error::Fenced)), "{refused:?}");
        assert!(world.store.webhook_deliveries().attempts(id).await.unwrap().is_empty());
    }

    /// W3: an address that fails is left alone; what waits for it costs nothing, one tries, and then all go.
    async fn what_an_address_cannot_take_waits_for_it(database) {
        let world = World::new(database).await;
        let ids = world.send(&[URL; 9]).await;
        assert_eq!(world.work(FAILS).await, ids[..5], "five failures open the circuit");
        assert_eq!((world.endpoint().await.circuit.state, world.states(DeliveryState::Deferred).await), (CircuitState::Open, 4));
        let active = world.store.jobs().count_active().await.unwrap();
        assert_eq!(active, 6, "five have a time of their own, and one job looks after the rest");

        // The first five have their second attempt after five seconds: too early, so that they wait too.
        world.clock.advance(Duration::from_secs(10));
        assert!(world.work(FAILS).await.is_empty());
        assert_eq!((world.states(DeliveryState::Deferred).await, world.store.jobs().count_active().await.unwrap()), (9, 1));
        world.clock.advance(Duration::from_mins(1));
        assert_eq!(world.work(FAILS).await, ids[..1], "one tries");
        assert_eq!(world.endpoint().await.circuit.openings, 2);

        world.clock.advance(Duration::from_mins(2));
        let tried = world.work(Verdict::Delivered).await;
        assert_eq!(tried.len(), 8, "one tries, and then all but the one whose time has not come");
        assert_eq!(world.endpoint().await.circuit.state, CircuitState::Closed);
        world.clock.advance(Duration::from_mins(10));
        assert_eq!(world.work(Verdict::Delivered).await, ids[..1]);
        assert_eq!(world.states(DeliveryState::Delivered).await, 9);
    }

    async fn a_receiver_that_asks_for_time_gets_it_for_everything(database) {
        let world = World::new(database).await;
        let ids = world.send(&[URL; 3]).await;
        let asks = Verdict::Passing { asked: Some(Duration::from_secs(90)), everything: true };
        assert_eq!(world.work(asks).await, ids[..1]);
        assert_eq!(world.row(ids[0]).await.next_attempt_at, Some(world.now().plus(Duration::from_secs(90))));
        world.clock.advance(Duration::from_secs(89));
        assert!(world.work(Verdict::Delivered).await.is_empty());
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(world.work(Verdict::Delivered).await.len(), 3);
    }

    /// W3: 410 ends it for everything that goes there, other addresses go on, and somebody can enable it again.
    async fn an_address_that_is_gone_is_disabled_until_somebody_enables_it(database) {
        let world = World::new(database).await;
        let ids = world.send(&[URL, URL, "https://b.example.com"]).await;
        let (job, started) = world.started().await;
        let ended = world.end(&job, started, Verdict::Gone).await;
        assert_eq!((ended.state, ended.disabled), (DeliveryState::Undeliverable, Some(DisabledReason::Gone)));
        assert_eq!(world.work(Verdict::Delivered).await, ids[2..]);
        assert_eq!(world.states(DeliveryState::Undeliverable).await, 2);
        let endpoint = world.endpoint().await;
        assert_eq!((endpoint.url.as_str(), endpoint.circuit.state), (URL, CircuitState::Disabled));

        let deliveries = world.store.webhook_deliveries();
        assert_eq!(deliveries.replay(world.environment, ids[0], world.now()).await.unwrap(), Replay::Disabled);
        assert_eq!(deliveries.replay_since(world.replay_of()).await.unwrap().replayed, 0);
        let endpoints = world.store.webhook_endpoints();
        assert!(!endpoints.enable(EnvironmentId(99), endpoint.id, world.now()).await.unwrap(), "another environment's");
        assert!(!endpoints.enable(world.environment, WebhookEndpointId(99), world.now()).await.unwrap());
        assert!(endpoints.enable(world.environment, endpoint.id, world.now()).await.unwrap());
        assert!(world.work(Verdict::Delivered).await.is_empty(), "what was given up waits for a replay");
        assert_eq!(deliveries.replay_since(world.replay_of()).await.unwrap().replayed, 2);
        assert_eq!(world.work(Verdict::Delivered).await, ids[..2]);
        assert_eq!(world.states(DeliveryState::Delivered).await, 3);
    }

    /// W4: dead for five days and more, then back: every message is delivered or listed, and a replay brings the rest.
    async fn a_receiver_that_was_away_for_five_days_misses_nothing(database) {
        let world = World::new(database).await;
        let mut sent = Vec::new();
        let (begin, mut next_event) = (world.now(), world.now());
        // An event every three hours, for six days.
        while world.now().since(begin) < Duration::from_hours(24 * 6) {
            if next_event <= world.now() {
                let job = world.store.jobs().enqueue(telling(&world)).await.unwrap().unwrap();
                let claimed = world.claim_only(job).await;
                let ids = world.store.webhook_deliveries().insert_all(claimed.fence(), vec![delivery(&world, URL)], world.now()).await.unwrap();
                sent.extend(ids);
                next_event = next_event.plus(Duration::from_hours(3));
            }
            world.work(FAILS).await;
            let due = world.store.jobs().next_scheduled_at().await.unwrap().unwrap_or(next_event);
            world.clock.set(due.min(next_event).max(world.now()));
        }
        let circuit = world.endpoint().await.circuit;
        let (at, reason) = circuit.disabled.expect("five days of nothing but failures");
        assert_eq!(reason, DisabledReason::Failing);
        let after = at.since(begin).as_secs_f64() / 3_600.0;
        assert!((120.0..122.0).contains(&after), "{after} hours");
        let (failed, lost) = (world.states(DeliveryState::Failed).await, world.states(DeliveryState::Undeliverable).await);
        assert_eq!((sent.len(), failed + lost, world.states(DeliveryState::Delivered).await), (48, 48, 0), "{failed} failed");

        world.store.webhook_endpoints().enable(world.environment, world.endpoint().await.id, world.now()).await.unwrap();
        let mut of = ReplayDeliveries { limit: 10, ..world.replay_of() };
        loop {
            let step = world.store.webhook_deliveries().replay_since(of.clone()).await.unwrap();
            of.after = step.next;
            if of.after.is_none() {
                break;
            }
        }
        let mut delivered = world.work(Verdict::Delivered).await;
        delivered.sort_unstable();
        assert_eq!(delivered, sent, "each once");
        assert_eq!(world.states(DeliveryState::Delivered).await, 48);
    }

    async fn one_can_be_sent_again_whatever_became_of_it(database) {
        let world = World::new(database).await;
        let id = world.send(&[URL]).await[0];
        let deliveries = world.store.webhook_deliveries();
        let replay = || deliveries.replay(world.environment, id, world.now());
        assert_eq!(deliveries.replay(EnvironmentId(99), id, world.now()).await.unwrap(), Replay::Missing);
        let (job, started) = world.started().await;
        assert_eq!(replay().await.unwrap(), Replay::UnderWay);
        world.end(&job, started, FAILS).await;
        assert_eq!(replay().await.unwrap(), Replay::Begun, "it waits for its second attempt; now it does not");
        assert_eq!(world.work(Verdict::Delivered).await, [id]);
        assert_eq!(replay().await.unwrap(), Replay::Begun);
        assert_eq!(world.work(Verdict::Delivered).await, [id]);
        let attempts = deliveries.attempts(id).await.unwrap();
        assert_eq!(attempts.iter().map(|attempt| attempt.number).collect::<Vec<_>>(), [1, 2, 3]);
        let of = ReplayDeliveries { url: Some("https://b.example.com".to_owned()), delivered_too: true, ..world.replay_of() };
        assert_eq!(deliveries.replay_since(of.clone()).await.unwrap().replayed, 0);
        assert_eq!(deliveries.replay_since(ReplayDeliveries { url: Some(URL.to_owned()), ..of.clone() }).await.unwrap().replayed, 1);
        assert_eq!(deliveries.replay_since(ReplayDeliveries { until: Some(world.now()), url: None, ..of }).await.unwrap().replayed, 0);
    }
}

/// A job that composes messages.
fn telling(world: &World) -> syncline_store::NewJob {
    syncline_store::NewJob {
        kind: JobKind::NotifyAuth,
        payload: "{}".to_owned(),
        environment: world.environment,
        connection: None,
        sync: None,
        unique_key: None,
        scheduled_at: world.now().minus(Duration::from_hours(1)),
        max_attempts: 1,
        now: world.now(),
    }
}

impl World {
    /// Claims the next job, which must be this one.
    async fn claim_only(&self, job: syncline_domain::JobId) -> JobRow {
        let claimed = self.claim().await.unwrap();
        assert_eq!(claimed.id, job);
        claimed
    }
}
