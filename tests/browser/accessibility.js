// Runs axe on the page as it stands; gives its violations. The contrast of texts takes it longer than all the rest, so
// that it is asked of one text each of those that have the same colours, sizes and weights all the way up, or of all.
async ([tags, asksEveryText]) => {
  const run = async (context, runOnly, rules) =>
    (await axe.run(context, { runOnly, rules, resultTypes: ["violations"] })).violations;
  if (asksEveryText) return run(document, tags, {});
  const looks = new Map([[null, ""]]);
  const look = (element) => {
    if (!looks.has(element)) {
      const { backgroundColor, backgroundImage, color, fontSize, fontWeight, opacity, position, textShadow } =
        getComputedStyle(element);
      looks.set(element, [look(element.parentElement), element.localName, backgroundColor, backgroundImage, color,
        fontSize, fontWeight, opacity, position, textShadow].join("|"));
    }
    return looks.get(element);
  };
  const kinds = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const hasText = element.matches("input, select, textarea, button")
      || [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (hasText && element.checkVisibility() && !kinds.has(look(element))) kinds.set(look(element), element);
  }
  const found = await run(document, tags, { "color-contrast": { enabled: false } });
  const texts = [...kinds.values()];
  return texts.length ? found.concat(await run({ include: texts }, ["color-contrast"])) : found;
}
