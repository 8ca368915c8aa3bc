use sha2::{Digest as _, Sha256};

use super::*;

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

fn frame() -> Frame {
    Frame {
        root: "/console".to_owned(),
        environment: "dev".to_owned(),
        environments: vec!["dev".to_owned(), "prod".to_owned()],
        section: Section::Connections,
        csrf: "token".to_owned(),
        who: HOSTILE.to_owned(),
        role: Role::Owner,
        notice: Some(Notice { tone: Tone::Good, text: HOSTILE.to_owned() }),
    }
}

fn field(kind: FieldKind) -> Field {
    Field {
        help: HOSTILE.to_owned(),
        value: HOSTILE.to_owned(),
        example: HOSTILE.to_owned(),
        kind,
        problem: Some(HOSTILE.to_owned()),
        ..Field::new("name", HOSTILE)
    }
}

fn hostile_fields() -> Vec<Field> {
    let set = [true, false].map(|is_set| [FieldKind::Secret { is_set }, FieldKind::LongSecret { is_set }]);
    let others = [FieldKind::Text, FieldKind::Long, FieldKind::Url, FieldKind::Shown, FieldKind::Choice(vec![HOSTILE.to_owned()])];
    set.into_iter().flatten().chain(others).map(field).collect()
}

fn result() -> TestResult {
    TestResult {
        home: "/console/dev".to_owned(),
        csrf: "token".to_owned(),
        row: 1,
        tone: Tone::Bad,
        headline: HOSTILE.to_owned(),
        advice: HOSTILE.to_owned(),
        retry_at: Some(Moment::new(HOSTILE)),
        status: Some(401),
        answer: Some(HOSTILE.to_owned()),
        wants_reconnect: true,
    }
}

fn list() -> ConnectionList {
    let item = ConnectionItem {
        row: 1,
        name: HOSTILE.to_owned(),
        integration: HOSTILE.to_owned(),
        integration_key: HOSTILE.to_owned(),
        logo: HOSTILE.to_owned(),
        end_user: Some(HOSTILE.to_owned()),
        connected: Moment::new(HOSTILE),
        state: State {
            tone: Tone::Bad,
            text: HOSTILE.to_owned(),
            at: Some(Moment::new(HOSTILE)),
            reason: Some(HOSTILE.to_owned()),
            wants_reconnect: true,
        },
        result: Some(result()),
    };
    ConnectionList {
        home: "/console/dev".to_owned(),
        csrf: "token".to_owned(),
        role: Role::Owner,
        here: HOSTILE.to_owned(),
        is_narrowed: true,
        problem: None,
        looked_back_to: Some(Moment::new(HOSTILE)),
        pager: Pager { label: HOSTILE.to_owned(), newest: Some(HOSTILE.to_owned()), older: Some(HOSTILE.to_owned()) },
        can_connect: true,
        items: vec![item],
    }
}

fn hostile_filters() -> Filters {
    let fields = vec![Filter::text(HOSTILE, HOSTILE, HOSTILE, HOSTILE), Filter::choice(HOSTILE, HOSTILE, HOSTILE, [(HOSTILE, HOSTILE)])];
    Filters { path: HOSTILE.to_owned(), fields }
}

fn usable() -> Vec<Usable> {
    let usable = |lacks: Option<String>| Usable { key: HOSTILE.to_owned(), name: HOSTILE.to_owned(), logo: HOSTILE.to_owned(), lacks };
    vec![usable(None), usable(Some(HOSTILE.to_owned()))]
}

fn integration_form(key: Option<String>) -> IntegrationForm {
    IntegrationForm {
        frame: frame(),
        key,
        provider: HOSTILE.to_owned(),
        provider_name: HOSTILE.to_owned(),
        logo: HOSTILE.to_owned(),
        docs: Some("https://example.com".to_owned()),
        title: HOSTILE.to_owned(),
        callback_url: Some(HOSTILE.to_owned()),
        steps: vec![SetupStep { text: HOSTILE.to_owned(), link: Some((HOSTILE.to_owned(), HOSTILE.to_owned())) }],
        unsure: vec![HOSTILE.to_owned()],
        webhook: Some(WebhookSetup { url: HOSTILE.to_owned(), docs: Some(HOSTILE.to_owned()), received: HOSTILE.to_owned() }),
        uses: vec![(HOSTILE.to_owned(), HOSTILE.to_owned())],
        groups: vec![Group { title: HOSTILE.to_owned(), lead: HOSTILE.to_owned(), fields: hostile_fields() }],
        problem: Some(HOSTILE.to_owned()),
    }
}

fn webhooks(frame: Frame) -> WebhooksPage {
    WebhooksPage {
        frame,
        fields: hostile_fields(),
        on_auth_creation: true,
        on_auth_refresh_error: false,
        on_async_action_completion: true,
        on_sync_completion_always: false,
        on_sync_error: true,
        new_key: Some(HOSTILE.to_owned()),
    }
}

/// Every page, with script in every text that comes from elsewhere.
fn pages() -> Vec<(&'static str, String)> {
    let integration = IntegrationItem {
        key: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        provider: HOSTILE.to_owned(),
        sign_in: HOSTILE.to_owned(),
        logo: HOSTILE.to_owned(),
        lacks: Some(HOSTILE.to_owned()),
    };
    let provider =
        ProviderItem { key: HOSTILE.to_owned(), name: HOSTILE.to_owned(), sign_in: HOSTILE.to_owned(), logo: HOSTILE.to_owned() };
    let providers = |items: Vec<ProviderItem>| ProviderList {
        home: "/console/dev".to_owned(),
        search: HOSTILE.to_owned(),
        is_narrowed: true,
        items,
        total: 9,
    };
    let choice = || ProviderChoice { value: HOSTILE.to_owned(), words: HOSTILE.to_owned(), is_chosen: true };
    let removal = |is_dialog| Removal {
        frame: frame(),
        title: HOSTILE.to_owned(),
        subject: HOSTILE.to_owned(),
        losses: vec![HOSTILE.to_owned()],
        action: HOSTILE.to_owned(),
        verb: HOSTILE.to_owned(),
        back: HOSTILE.to_owned(),
        is_dialog,
    };
    let text = || HOSTILE.to_owned();
    let delivery = || DeliveryItem {
        id: text(),
        kind: text(),
        url: text(),
        tone: Tone::Bad,
        state: text(),
        attempts: 2,
        latest: Some(text()),
        made: Moment::new(text()),
        next: Some(Moment::new(text())),
    };
    let mut pages = vec![
        ("connections", ConnectionsPage { frame: frame(), filters: Some(hostile_filters()), list: list(), usable: usable() }.render()),
        ("no such connections", ConnectionList { items: Vec::new(), problem: Some(HOSTILE.to_owned()), ..list() }.render()),
        ("no connections", ConnectionList { items: Vec::new(), is_narrowed: false, ..list() }.render()),
        ("test result", result().render()),
        ("integrations", IntegrationsPage { frame: frame(), items: vec![integration] }.render()),
        (
            "providers",
            ProvidersPage { frame: frame(), list: providers(vec![provider]), categories: vec![choice()], auth_modes: vec![choice()] }
                .render(),
        ),
        ("no providers", providers(Vec::new()).render()),
        ("new integration", integration_form(None).render()),
        ("integration", integration_form(Some(text())).render()),
        ("removal", removal(false).render()),
        ("removal dialog", removal(true).render()),
        ("sign-in", SignInPage { root: "/console".to_owned(), name: Some(text()), problem: Some(text()), notice: Some(text()) }.render()),
        ("invitation", invitation().render()),
        ("setup", SetupPage { root: "/console".to_owned(), fields: hostile_fields(), problem: Some(text()) }.render()),
        ("problem", ProblemPage { root: "/console".to_owned(), title: text(), advice: text() }.render()),
        (
            "deliveries",
            DeliveriesPage {
                frame: frame(),
                filters: hostile_filters(),
                endpoints: vec![EndpointItem {
                    id: "1".to_owned(),
                    url: text(),
                    tone: Tone::Bad,
                    state: text(),
                    since: Some(Moment::new(text())),
                    until: None,
                    deferred: 3,
                }],
                items: vec![delivery()],
                empty: Empty::new(HOSTILE, HOSTILE),
                pager: Pager { label: text(), newest: Some(text()), older: Some(text()) },
            }
            .render(),
        ),
        (
            "delivery",
            DeliveryPage {
                frame: frame(),
                item: delivery(),
                body: text(),
                attempts: vec![AttemptItem {
                    number: 1,
                    at: Moment::new(text()),
                    outcome: text(),
                    took_ms: Some(text()),
                    answer: Some(text()),
                }],
            }
            .render(),
        ),
        ("webhooks", webhooks(frame()).render()),
    ];
    pages.extend(received());
    pages.extend(settings());
    pages.extend(parts());
    pages.extend(areas());
    pages.extend(records());
    pages.extend(logs());
    pages.extend(overview());
    pages
}

fn areas() -> Vec<(&'static str, String)> {
    let text = || HOSTILE.to_owned();
    let moment = || Moment::new(HOSTILE);
    let badge = || Badge::new(Tone::Bad, HOSTILE);
    let json = || JsonBlock::new(HOSTILE, HOSTILE);
    let table = || Table { caption: text(), columns: vec![Column::new(HOSTILE)], rows: vec![vec![Cell::text(HOSTILE)]] };
    let listing = |table| Listing {
        frame: frame(),
        title: text(),
        lead: text(),
        tabs: Some(Tabs { label: text(), tabs: vec![Tab { title: text(), href: text(), is_current: false }] }),
        filters: Some(Filters { path: text(), fields: vec![] }),
        table,
        empty: Empty::new(HOSTILE, HOSTILE),
        pager: Pager::default(),
        live: Some(Live { here: text(), other: text(), is_on: true }),
    };
    let problem = Problem { headline: text(), message: text(), code: text(), advice: text(), frames: vec![text()], details: Some(json()) };
    let step = Step { at: moment(), label: text(), tone: Tone::Plain, text: text(), fields: Some(json()) };
    let run = RunPage {
        frame: frame(),
        here: text(),
        back: text(),
        title: text(),
        id: text(),
        state: badge(),
        is_live: true,
        actions: vec![Action::post(HOSTILE, HOSTILE, HOSTILE, HOSTILE)],
        problem: Some(problem),
        facts: Facts::default().and(HOSTILE, Cell::text(HOSTILE)),
        counts: Some(table()),
        timeline: vec![step],
        earlier: Some(text()),
        latest: Some(text()),
        blocks: vec![json()],
    };
    let dry_run = DryRunPage {
        frame: frame(),
        back: text(),
        action: text(),
        title: text(),
        notes: vec![text()],
        warning: Some(text()),
        sends_changes: true,
        result: Some(DryRunResult {
            state: badge(),
            problem: run.problem.clone(),
            facts: Facts::default().and(HOSTILE, Cell::text(HOSTILE)),
            steps: vec![DryRunStep { after: text(), label: text(), tone: Tone::Bad, text: text(), fields: Some(json()) }],
            left_out: Some(text()),
            models: vec![DryRunModel { name: text(), counted: text(), table: Some(table()), note: Some(text()), lines: Some(json()) }],
            blocks: vec![json()],
        }),
    };
    let form = Form { action: text(), csrf: text(), fields: hostile_fields(), verb: text() };
    let facts = Facts::default().and(HOSTILE, Cell::code(HOSTILE));
    let block = Block::new(HOSTILE, Part::Text(text())).saying(HOSTILE).bad();
    let block = block.and(Part::Facts(facts)).and(Part::Table(table())).and(Part::Empty(Empty::new(HOSTILE, HOSTILE)));
    let block = block.and(Part::Json(json())).and(Part::Form(form));
    let detail = Detail {
        frame: frame(),
        back: Some((text(), text())),
        title: text(),
        badge: Some(badge()),
        lead: text(),
        actions: vec![Action::ask(HOSTILE, HOSTILE, HOSTILE)],
        tabs: None,
        blocks: vec![block],
    };
    vec![
        ("detail", detail.render()),
        ("listing", listing(Some(table())).render()),
        ("empty listing", listing(None).render()),
        ("run", run.render()),
        ("dry run", dry_run.render()),
    ]
}

fn table() -> Table {
    Table { caption: HOSTILE.to_owned(), columns: vec![Column::new(HOSTILE)], rows: vec![vec![Cell::text(HOSTILE)]] }
}

fn received() -> Vec<(&'static str, String)> {
    let text = || HOSTILE.to_owned();
    let list = |table: Option<Table>| IncomingPage {
        frame: frame(),
        filters: Filters { path: text(), fields: Vec::new() },
        table,
        empty: Empty::new(HOSTILE, HOSTILE),
        replay: Some(Action::ask(HOSTILE, HOSTILE, HOSTILE)),
        pager: Pager { label: text(), newest: Some(text()), older: Some(text()) },
    };
    let one = IncomingWebhookPage {
        frame: frame(),
        title: text(),
        state: Badge::new(Tone::Warn, HOSTILE),
        meaning: text(),
        replay: Some(Action::post(HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
        facts: Facts::default().and(HOSTILE, Cell::code(HOSTILE)),
        waits_for: Some(table()),
        runs: Some(table()),
        forwards: Some((1, text())),
        payload: Some(JsonBlock::new(HOSTILE, HOSTILE)),
        headers: Facts::default().and(HOSTILE, Cell::code(HOSTILE)),
        query: Facts::default().and(HOSTILE, Cell::code(HOSTILE)),
    };
    vec![("received", list(Some(table())).render()), ("nothing received", list(None).render()), ("received webhook", one.render())]
}

fn settings() -> Vec<(&'static str, String)> {
    let text = || HOSTILE.to_owned();
    let general = GeneralPage {
        frame: frame(),
        facts: Facts::default().and(HOSTILE, Cell::text(HOSTILE)),
        retention: hostile_fields(),
        kept: table(),
        environments: table(),
        new_environment: hostile_fields(),
        delete: Some(Action::ask(HOSTILE, HOSTILE, HOSTILE)),
    };
    let keys = ApiKeysPage {
        frame: frame(),
        table: Some(table()),
        empty: Empty::new(HOSTILE, HOSTILE),
        new_key: Some(NewKey { name: text(), key: text() }),
        name: field(FieldKind::Text),
        is_all: false,
        groups: vec![ScopeGroup { title: text(), scopes: vec![ScopeChoice { name: text(), is_chosen: true }] }],
        problem: Some(text()),
    };
    let variables = VariablesPage { frame: frame(), table: None, empty: Empty::new(HOSTILE, HOSTILE), fields: hostile_fields() };
    let encryption = EncryptionPage {
        frame: frame(),
        state: Badge::new(Tone::Good, HOSTILE),
        meaning: text(),
        rotate: Action::post(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        table: table(),
        commands: vec![(text(), text())],
    };
    let audit = |table| AuditPage {
        frame: frame(),
        filters: hostile_filters(),
        table,
        empty: Empty::new(HOSTILE, HOSTILE),
        pager: Pager { label: text(), newest: Some(text()), older: Some(text()) },
    };
    let operators = OperatorsPage {
        frame: frame(),
        table: table(),
        new_link: Some(NewLink { name: text(), link: text(), is_reset: true }),
        fields: hostile_fields(),
    };
    vec![
        ("settings", general.render()),
        ("API keys", keys.render()),
        ("variables", variables.render()),
        ("encryption", encryption.render()),
        ("audit log", audit(Some(table())).render()),
        ("no audit log", audit(None).render()),
        ("operators", operators.render()),
        ("settings of somebody else", GeneralPage { frame: of_support(), ..general }.render()),
    ]
}

/// Around the pages of somebody who may change nothing.
fn of_support() -> Frame {
    Frame { role: Role::Support, ..frame() }
}

fn invitation() -> InvitationPage {
    let text = || HOSTILE.to_owned();
    let fields = hostile_fields();
    InvitationPage {
        root: "/console".to_owned(),
        action: text(),
        name: text(),
        role: Role::Support,
        is_reset: true,
        fields,
        problem: Some(text()),
    }
}

fn records() -> Vec<(&'static str, String)> {
    let text = || HOSTILE.to_owned();
    let pair = || (text(), text());
    let table = || Table { caption: text(), columns: vec![Column::new(HOSTILE)], rows: vec![vec![Cell::text(HOSTILE)]] };
    let list = |table| RecordsPage {
        frame: frame(),
        back: Some(pair()),
        title: text(),
        lead: text(),
        files: vec![pair()],
        variants: Some(Tabs { label: text(), tabs: vec![Tab { title: text(), href: text(), is_current: false }] }),
        filters: Some(Filters { path: text(), fields: vec![] }),
        table,
        empty: Empty::new(HOSTILE, HOSTILE),
        note: Some(text()),
        pager: Pager::default(),
    };
    let record = RecordPage {
        frame: frame(),
        back: pair(),
        id: text(),
        action: Badge::new(Tone::Bad, HOSTILE),
        gone: Some(text()),
        facts: Facts::default().and(HOSTILE, Cell::text(HOSTILE)),
        payload: Some(JsonBlock::new(HOSTILE, HOSTILE)),
    };
    vec![("records", list(Some(table())).render()), ("no records", list(None).render()), ("record", record.render())]
}

fn logs() -> Vec<(&'static str, String)> {
    let text = || HOSTILE.to_owned();
    let json = || JsonBlock::new(HOSTILE, HOSTILE);
    let table = || Table { caption: text(), columns: vec![Column::new(HOSTILE)], rows: vec![vec![Cell::text(HOSTILE)]] };
    let list = |table, poll| LogsPage {
        frame: frame(),
        path: text(),
        filters: Filters { path: text(), fields: vec![] },
        table,
        empty: Empty::new(HOSTILE, HOSTILE),
        looked_back_to: Some(Moment::new(HOSTILE)),
        pager: Pager::default(),
        permalink: text(),
        poll,
        follow: text(),
    };
    let message = MessageItem { at: Moment::new(HOSTILE), level: text(), tone: Tone::Warn, text: text(), detail: Some(json()) };
    let operation = OperationPage {
        frame: frame(),
        back: text(),
        poll: Some(text()),
        kind: text(),
        state: Badge::new(Tone::Bad, HOSTILE),
        summary: text(),
        id: text(),
        run: Some((text(), text())),
        facts: Facts::default().and(HOSTILE, Cell::text(HOSTILE)),
        details: vec![json()],
        messages: vec![message],
        more: Some(text()),
    };
    vec![("logs", list(Some(table()), Some(text())).render()), ("no logs", list(None, None).render()), ("operation", operation.render())]
}

fn overview() -> Vec<(&'static str, String)> {
    let text = || HOSTILE.to_owned();
    let series = || Series { name: text(), tone: Tone::Good, href: text() };
    let page = |next_step| OverviewPage {
        frame: frame(),
        poll: text(),
        ranges: Tabs { label: text(), tabs: vec![Tab { title: text(), href: text(), is_current: true }] },
        verdict: Verdict { tone: Tone::Bad, headline: text(), troubles: vec![(text(), text())], advice: text() },
        next_step,
        stats: Stats(vec![Stat { label: text(), value: text(), note: text(), tone: Tone::Warn, href: text() }]),
        rows: vec![vec![
            Panel::Bars(Chart { title: text(), unit: text(), series: vec![series()], buckets: Vec::new() }, text()),
            Panel::Lines(Lines { title: text(), unit: text(), series: vec![(series(), text())], points: Vec::new() }, text()),
        ]],
        as_of: Moment::new(HOSTILE),
    };
    let next_step = Empty::new(HOSTILE, HOSTILE).with_link(HOSTILE, HOSTILE);
    vec![("overview", page(None).render()), ("overview of nothing", page(Some(next_step)).render())]
}

/// What pages are built of, likewise.
fn parts() -> Vec<(&'static str, String)> {
    let text = || HOSTILE.to_owned();
    let moment = || Moment::new(HOSTILE);
    let actions = vec![Action::post(HOSTILE, HOSTILE, HOSTILE, HOSTILE).with(HOSTILE, HOSTILE), Action::ask(HOSTILE, HOSTILE, HOSTILE)];
    let cells = vec![
        Cell::text(HOSTILE),
        Cell::Muted(text()),
        Cell::code(HOSTILE),
        Cell::Number(1),
        Cell::Moment(moment()),
        Cell::Badge(Badge::new(Tone::Live, HOSTILE)),
        Cell::link(HOSTILE, HOSTILE),
        Cell::Actions(actions),
        Cell::Nothing,
    ];
    let all = [cells.clone(), vec![Cell::Lines(cells.clone()), Cell::Row(cells.clone())]].concat();
    let columns = all.iter().map(|_| Column::number(HOSTILE)).collect();
    let facts = all.iter().fold(Facts::default(), |facts, cell| facts.and(HOSTILE, cell.clone()));
    let series = vec![Series { name: text(), tone: Tone::Warn, href: text() }];
    let lines = Lines {
        title: text(),
        unit: text(),
        series: vec![(series[0].clone(), text())],
        points: vec![LinePoint { from: moment(), values: vec![Some(3), None] }],
    };
    let buckets = vec![Bucket { from: moment(), values: vec![3] }];
    let stat = Stat { label: text(), value: text(), note: text(), tone: Tone::Plain, href: text() };
    let filters = vec![Filter::text(HOSTILE, HOSTILE, HOSTILE, HOSTILE), Filter::choice(HOSTILE, HOSTILE, HOSTILE, [(HOSTILE, HOSTILE)])];
    vec![
        ("table", Table { caption: text(), columns, rows: vec![all] }.to_string()),
        ("facts", facts.to_string()),
        ("empty", Empty::new(HOSTILE, HOSTILE).with_command(HOSTILE).with_link(HOSTILE, HOSTILE).to_string()),
        ("pager", Pager { label: text(), newest: Some(text()), older: Some(text()) }.to_string()),
        ("filters", Filters { path: text(), fields: filters }.to_string()),
        ("json", JsonBlock::new(HOSTILE, HOSTILE).open().to_string()),
        ("json that is JSON", JsonBlock::new("Input", &serde_json::json!({ HOSTILE: HOSTILE }).to_string()).to_string()),
        ("chart", Chart { title: text(), unit: text(), series, buckets }.to_string()),
        ("lines", lines.to_string()),
        ("stats", Stats(vec![stat]).to_string()),
        ("tabs", Tabs { label: text(), tabs: vec![Tab { title: text(), href: text(), is_current: true }] }.to_string()),
    ]
}

/// O5
#[test]
fn script_in_any_text_is_inert_on_every_page() {
    for (name, html) in pages() {
        assert!(html.contains("alert(1)"), "{name} shows nothing of it");
        for live in ["<script>alert", "<img src=x", "\"'>", "'\">"] {
            assert!(!html.contains(live), "{name} has {live} in {html}");
        }
    }
}

#[test]
fn whoever_may_not_change_it_is_asked_for_nothing() {
    let of = |role: Role| {
        let frame = Frame { role, ..frame() };
        let list = ConnectionList { role, ..list() };
        [
            ConnectionsPage { frame: frame.clone(), filters: None, list, usable: usable() }.render(),
            IntegrationForm { frame: frame.clone(), ..integration_form(Some("github".to_owned())) }.render(),
            webhooks(frame).render(),
        ]
    };
    for (page, own) in of(Role::Support).iter().zip(of(Role::Developer)) {
        for asked in
            ["type=\"password\"", "<textarea", "/disconnect", "/delete", "/rotate", "/integrations/github\"", "/connect\"", "/catalogue"]
        {
            assert!(!page.contains(asked), "{asked} is in {page}");
        }
        assert!(own.contains("type=\"password\"") || own.contains("/disconnect") || own.contains("/rotate"), "{own}");
    }
}

/// S6
#[test]
fn a_secret_that_was_entered_is_never_written_back() {
    let value = "canary-of-a-secret".to_owned();
    let fields = hostile_fields().into_iter().filter(|field| matches!(field.kind, FieldKind::Secret { .. } | FieldKind::LongSecret { .. }));
    let fields = fields.map(|field| Field { value: value.clone(), ..field }).collect();
    let html = SetupPage { root: "/console".to_owned(), fields, problem: None }.render();
    assert!(html.contains("type=\"password\"") && !html.contains(&value), "{html}");
}

#[test]
fn pages_hold_no_script_no_style_and_nothing_of_another_origin() {
    for (name, html) in pages() {
        let html = html.replace(&askama_escaped(HOSTILE), "");
        for forbidden in ["<style", " style=", "onclick=", "onload=", "javascript:", "src=\"http", "<script>"] {
            assert!(!html.contains(forbidden), "{name} has {forbidden}");
        }
    }
}

fn askama_escaped(text: &str) -> String {
    [('<', "&#60;"), ('>', "&#62;"), ('"', "&#34;"), ('\'', "&#39;")]
        .into_iter()
        .fold(text.to_owned(), |text, (c, entity)| text.replace(c, entity))
}

#[test]
fn htmx_is_the_published_file() {
    let digest = Sha256::digest(include_bytes!("../../assets/console/htmx.min.js"));
    assert_eq!(hex(&digest), "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
