'use strict';
// `.deploy` in colours, by the highlighter that comes with the book; pictures at their middle.
(() => {
  // The work stands in the middle of a graph, rules and ways back beside it.
  for (const picture of document.querySelectorAll('.deploy-picture:has(.deployc-graph)')) {
    picture.scrollLeft = (picture.scrollWidth - picture.clientWidth) / 2;
  }
  if (typeof hljs === 'undefined') return;
  hljs.registerLanguage('deploy', () => ({
    name: 'deploy',
    keywords: {
      $pattern: /[a-z][a-z-]*/,
      keyword: 'edition use deployment param secret role channel service metric checklist phase gate severity rollback '
        + 'procedure monitor alert baseline success failure escalation objective backup freeze reference message test '
        + 'group check require run shift switch scale hold approve record every watch choose option wait notify note act '
        + 'else when then link file lookup canary blue-green include given expect environment field',
      built_in: 'at from to by takes within due until after before if for over while undo reads-only idempotent '
        + 'irreversible on of in as target with capture retry owner version starts lasts status strategy',
      literal: 'true false yes no never stop pause skip page success',
    },
    contains: [
      { className: 'comment', begin: /#/, end: /$/ },
      { className: 'string', begin: /"""/, end: /"""/ },
      { className: 'string', begin: /"/, end: /"/, contains: [{ begin: /\\./ }, { className: 'subst', begin: /\{/, end: /\}/ }] },
      { className: 'string', begin: /`{3}/, end: /`{3}/ },
      { className: 'string', begin: /`/, end: /`/ },
      { className: 'number', begin: /\bT(?:[+-]\d+[a-z]+(?:\d+[a-z]+)*)?\b/ },
      { className: 'number', begin: /\b\d{4}-\d\d-\d\d\b|\b\d\d:\d\d\b/ },
      { className: 'number', begin: /\b\d+(?:\.\d+)?(?:%|[a-zA-Z]+\b)?/ },
    ],
  }));
  for (const block of document.querySelectorAll('code.language-deploy')) {
    const text = block.textContent;
    block.textContent = text;
    block.classList.remove('hljs');
    (hljs.highlightElement ?? hljs.highlightBlock)(block);
  }
})();
