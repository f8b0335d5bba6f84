// What a courier's page does better with scripts; every page works without.

const everyField = (name) => document.querySelectorAll(`input[type=hidden][name=${name}]`);

function fillLocation({ coords }) {
  for (const field of everyField("lat")) field.value = coords.latitude.toFixed(6);
  for (const field of everyField("lon")) field.value = coords.longitude.toFixed(6);
  for (const field of everyField("accuracy")) field.value = Math.ceil(coords.accuracy);
  const told = document.querySelector("[data-located]");
  if (told) told.hidden = false;
  const ask = document.querySelector("[data-locate]");
  if (ask) ask.hidden = true;
}

function locate() {
  navigator.geolocation.getCurrentPosition(fillLocation, () => {}, {
    enableHighAccuracy: true, maximumAge: 60_000, timeout: 20_000,
  });
}

// The browser's question comes only after the courier asked for it, so that nobody denies it in haste for good.
async function offerLocation() {
  const ask = document.querySelector("[data-locate]");
  if (!ask || !navigator.geolocation) return;
  const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  if (allowed?.state === "granted") return locate();
  if (allowed?.state === "denied") return;
  ask.hidden = false;
  ask.addEventListener("click", locate);
}

// A call from this page is part of the visit's evidence.
for (const link of document.querySelectorAll("a[href^='tel:']")) {
  link.addEventListener("click", () => {
    for (const box of document.querySelectorAll("input[name=called]")) box.checked = true;
  });
}

// A second tap while the network is slow does nothing: the page's report id would stop it too.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// At an agency's point: all or none of a long list.
for (const button of document.querySelectorAll("[data-tick]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    for (const box of document.querySelectorAll("input[name=number]")) box.checked = button.dataset.tick === "all";
  });
}

offerLocation();
