/* What the theme makes after the page is read: code buttons that are no landmarks, wide tables that the keyboard can scroll. */
"use strict";
(() => {
  const scrolling = ".md-typeset__scrollwrap, .formula, .md-typeset pre > code";
  const mend = () => {
    for (const nav of document.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "presentation");
    for (const box of document.querySelectorAll(scrolling)) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
      else if (box.matches(".md-typeset__scrollwrap, .formula")) box.removeAttribute("tabindex");
    }
  };
  new MutationObserver(mend).observe(document.documentElement, { childList: true, subtree: true });
  addEventListener("resize", mend);
  addEventListener("load", mend);
})();
