/** The pretended page to pay at: shows what is asked for, and tells the demo what was clicked. */

const [, , slug, number] = location.pathname.split("/");
const place = (id) => document.getElementById(id);
const buttons = [...document.querySelectorAll("[data-outcome]")];

const ENDS = {
  paid: "Paid. The phone says what came of it.",
  failed: "It failed. The phone says what came of it.",
  expired: "This page is closed. It can still be paid late.",
};

async function asked(path, fields) {
  const headers = { "x-slotkeeper-demo": "1", "content-type": "application/json" };
  const more = fields ? { method: "POST", headers, body: JSON.stringify(fields) } : {};
  const answer = await fetch(`/api/demo/${slug}/${path}`, more);
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

async function show() {
  const page = await asked(`checkouts/${number}`);
  place("business").textContent = page.business;
  place("title").textContent = page.title;
  place("amount").textContent = page.amount;
  place("said").textContent = ENDS[page.status] ?? "";
  for (const button of buttons) {
    const late = button.dataset.outcome === "late";
    button.disabled = page.status === "paid" || (page.status !== "open" && !late);
  }
}

async function choose(outcome) {
  for (const button of buttons) button.disabled = true;
  place("said").textContent = "One moment …";
  try {
    await asked("pay", { checkout: number, outcome });
    place("said").textContent = outcome === "failed" ? ENDS.failed : ENDS.paid;
  } catch (error) {
    place("said").textContent = error.message;
  }
}

for (const button of buttons) {
  button.addEventListener("click", () => choose(button.dataset.outcome));
}
show().catch((error) => {
  place("said").textContent = error.message;
});
