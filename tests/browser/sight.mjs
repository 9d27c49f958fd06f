// What can be seen to be wrong with a page, whatever stands on it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The page scrolls sideways, or these stick out of the window. */
export function sideways(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth && document.body.scrollWidth <= root.clientWidth) return [];
    const out = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1);
    return [`${root.scrollWidth} px`, ...out.slice(0, 8).map((one) => `${one.tagName} ${one.className}`)];
  });
}

/** Buttons and fields that are seen and less than 24 px wide or high. A box counts with its label. */
export function smallTargets(page) {
  return page.evaluate(() => {
    const all = document.querySelectorAll("button, select, input, textarea, a[href], summary");
    const told = [];
    for (const one of all) {
      const target = (one.matches("input[type=checkbox], input[type=radio]") && one.closest("label")) || one;
      const { width, height } = target.getBoundingClientRect();
      const style = getComputedStyle(target);
      // Links within a sentence are as high as its lines (WCAG 2.5.8 excepts them).
      if (style.display.startsWith("inline") && target.closest(".blocks")) continue;
      const seen = target.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !target.closest(".unseen") && style.clip === "auto";
      if (!seen || (width >= 23.9 && height >= 23.9)) continue;
      told.push(`${one.getAttribute("aria-label") ?? one.textContent} (${one.className}): ${width.toFixed(1)} × ${height.toFixed(1)}`);
    }
    return [...new Set(told)];
  });
}

/** What axe-core finds, one line each. */
export async function violations(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    const one = ({ id, impact, nodes }) => {
      const why = ({ any, all, none }) => [...any, ...all, ...none].map(({ message }) => message)[0] ?? "";
      return nodes.map((node) => `${id} (${impact}): ${node.target.join(" ")}: ${why(node)}`);
    };
    return violations.flatMap(one);
  });
}
