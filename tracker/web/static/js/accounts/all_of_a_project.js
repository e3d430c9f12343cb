// "all" beside a project's name ticks its workstreams, or unticks them when all are ticked.
for (const project of document.querySelectorAll("[data-project]")) {
  const boxes = [...project.querySelectorAll("input")];
  project.querySelector("[data-all-of-it]").addEventListener("click", () => {
    const isTicked = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = isTicked;
  });
}
