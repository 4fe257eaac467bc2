// What a person would see of a page, as one object. It changes nothing but the style, at the end, where that is asked for.
const all = selector => [...document.querySelectorAll(selector)];
const seen = element => element.checkVisibility ? element.checkVisibility() : true;
const box = element => element.getBoundingClientRect();

const unnamed = [], empty = [], small = [];
for (const svg of all('svg[role=img]')) {
  const name = (svg.getAttribute('aria-label') || '').trim();
  if (!name) unnamed.push(svg.outerHTML.slice(0, 200));
  const { width, height } = box(svg);
  if (seen(svg) && !(width > 0 && height > 0)) empty.push(name || svg.outerHTML.slice(0, 200));
}
for (const text of all('svg text')) {
  if (!seen(text) || !text.textContent.trim()) continue;
  const matrix = text.getScreenCTM();
  const pixels = parseFloat(getComputedStyle(text).fontSize) * Math.min(matrix.a, matrix.d);
  if (pixels < 10) small.push(`${text.textContent}: ${pixels} px`);
}
const finding = document.querySelector('ol.find > li');
return {
  title: document.title,
  status: (document.querySelector('.tag') || {}).textContent || '',
  scripts: all('script').length,
  styled: all('[style]').length,
  handlers: all('*').filter(element => [...element.attributes].some(one => one.name.startsWith('on'))).length,
  links: all('a[href]').map(link => link.getAttribute('href')),
  elements: all('*').length,
  inner_width: document.documentElement.clientWidth,
  scroll_width: document.documentElement.scrollWidth,
  first_finding: finding ? box(finding).top + scrollY : null,
  charts: all('svg[role=img]').length,
  headings: all('h1,h2,h3').map(heading => heading.tagName),
  unnamed, empty, small,
};
