// Waits beside a VietQR code for the bank's notice. Without scripts the page's link asks for the same.
const box = document.querySelector("[data-transfer]");
const left = box?.querySelector("[data-left]");
const EVERY_MS = 3000;

let ends = performance.now() + Number(box?.dataset.seconds ?? 0) * 1000;

function show(name) {
  for (const part of document.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(name);
}

function tick() {
  const seconds = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
  if (left) left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  show(seconds ? "waiting" : "over");
}

async function look() {
  if (document.hidden) return true;
  try {
    const answer = await fetch(box.dataset.transfer, { headers: { Accept: "application/json" } });
    // Signed out, handed over or priced anew meanwhile: the page itself says so.
    if (answer.redirected || !answer.ok) return location.reload();
    const { state, seconds_left: seconds } = await answer.json();
    if (state === "none") return location.reload();
    if (state === "paid") return show("paid");
    ends = performance.now() + seconds * 1000;
  } catch {
    // The network is away for a moment: look again.
  }
  return true;
}

if (box) {
  const clock = setInterval(tick, 500);
  (async function wait() {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    if (await look()) return wait();
    clearInterval(clock);
  })();
}
