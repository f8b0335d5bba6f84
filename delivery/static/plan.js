// Follows a plan that is being made, and shows the page anew when it is settled.
const waiting = document.getElementById("waiting");
const bar = document.getElementById("progress");
const EVERY_MS = 1500;

async function look() {
  try {
    const answer = await fetch(waiting.dataset.progress, { headers: { Accept: "application/json" } });
    // Signed out meanwhile: the reload leads to the sign-in page.
    if (answer.redirected || !answer.ok) return location.reload();
    const plan = await answer.json();
    bar.value = plan.progress;
    if (plan.state !== "requested" && plan.state !== "solving") return location.reload();
  } catch {
    // The network is away for a moment: look again.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
