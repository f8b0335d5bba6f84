// The running sum of a count, and the button that prints a receipt. Without JavaScript the server adds up.
for (const form of document.querySelectorAll("form[data-cash]")) {
  const fields = form.querySelectorAll("input[data-value]");
  const line = form.querySelector("[data-sum]");
  const add = () => {
    const notes = Array.from(fields, (field) => Number(field.dataset.value) * Number(field.value.replace(/[.\s]/g, "")));
    const sum = notes.reduce((total, each) => total + each, 0);
    line.querySelector("output").value = Number.isFinite(sum) ? sum.toLocaleString(document.documentElement.lang) : "–";
  };
  line.hidden = false;
  form.addEventListener("input", add);
  add();
}
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
