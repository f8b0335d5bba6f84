// Fills a box of numbers from a list on the same page; without JavaScript the button stays hidden.
for (const button of document.querySelectorAll("button[data-fill]")) {
  const box = document.getElementById(button.dataset.fill);
  const lines = document.querySelectorAll(`#${button.dataset.from} [data-number]`);
  button.hidden = lines.length === 0;
  button.addEventListener("click", () => {
    box.value = Array.from(lines, (line) => line.dataset.number).join("\n");
    box.focus();
  });
}
