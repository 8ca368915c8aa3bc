// What the console's pages do beyond links and forms: the Connect UI in a frame, dialogs, copying, times in the reader's zone.
// Everything here is an addition: the pages work without it, except that accounts are then connected on a page of their own.

const notices = () => document.getElementById("notices");

function notify(text, tone) {
  const notice = document.createElement("p");
  notice.className = `notice ${tone}`;
  notice.textContent = text;
  notices()?.replaceChildren(notice);
  notice.scrollIntoView({ block: "nearest" });
}

// Times: the server writes UTC, the reader has a zone.

function localise(root) {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const precise = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false });
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    time.title = time.textContent;
    time.textContent = ("precise" in time.dataset ? precise : format).format(at);
    time.dataset.local = "";
  }
}

// Copying

function offerCopying(root) {
  if (!navigator.clipboard) return; // only where the page was loaded over https or from this machine
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

async function copy(button) {
  const input = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(input.value);
  input.select();
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 2000);
}

// The Connect UI, as a product embeds it: a frame that covers the page, and messages with it. The session's token was made by the server
// for this one connection and is handed over by a message, never in an address.

function openConnectUi({ token, connect_url, api_url }) {
  const address = new URL(connect_url, location.href);
  address.searchParams.set("apiURL", new URL(api_url, location.href).href.replace(/\/$/, ""));
  const frame = document.createElement("iframe");
  frame.id = "connect-ui";
  frame.className = "connect-ui";
  frame.title = "Connect an account";
  frame.allow = "clipboard-write";
  const before = document.activeElement;

  const close = () => {
    removeEventListener("message", hear);
    frame.remove();
    document.body.removeAttribute("aria-busy");
    before?.focus();
  };
  const hear = (event) => {
    if (event.source !== frame.contentWindow || event.origin !== address.origin) return;
    switch (event.data?.type) {
      case "ready":
        frame.contentWindow.postMessage({ type: "session_token", sessionToken: token }, address.origin);
        break;
      case "connect":
        notify("Connected.", "tone-good");
        htmx.trigger(document.body, "connected");
        break;
      case "close":
        close();
        break;
    }
  };
  addEventListener("message", hear);
  frame.src = address.href;
  document.body.append(frame);
  frame.focus();
}

async function connect(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { accept: "application/json" },
      body: new URLSearchParams(new FormData(form)),
    });
    const body = await answer.json().catch(() => ({}));
    if (answer.ok) openConnectUi(body);
    else if (answer.status === 401) location.reload();
    else notify(body.error?.message ?? "The server could not start a connection. Try again.", "tone-bad");
  } catch {
    notify("The server does not answer. Check that it runs, then try again.", "tone-bad");
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

// Events

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-connect]")) return;
  event.preventDefault();
  connect(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  const closer = event.target.closest("dialog [data-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target instanceof HTMLDialogElement && !target.open) target.showModal();
});

// What unfolds stays unfolded while a page is replaced by its next reading.
let unfolded = [];
document.addEventListener("htmx:beforeSwap", (event) => {
  unfolded = [...event.detail.target.querySelectorAll("details[open][id]")].map((details) => details.id);
});

document.addEventListener("htmx:load", (event) => {
  for (const id of unfolded) {
    const details = event.detail.elt.querySelector(`#${CSS.escape(id)}`);
    if (details) details.open = true;
  }
  localise(event.detail.elt);
  offerCopying(event.detail.elt);
});

// On a narrow screen the navigation is a strip: the area that is shown should be in sight.
for (const here of document.querySelectorAll(".areas [aria-current], .tabs [aria-current]")) here.scrollIntoView({ block: "nearest", inline: "center" });

document.addEventListener("htmx:responseError", () => notify("That did not work. Reload the page and try again.", "tone-bad"));
document.addEventListener("htmx:sendError", () => notify("The server does not answer. Check that it runs, then try again.", "tone-bad"));
