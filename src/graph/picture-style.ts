interface Palette {
  readonly background: string;
  readonly box: string;
  readonly border: string;
  readonly ink: string;
  readonly faint: string;
  readonly tls: string;
  readonly plain: string;
  readonly problem: string;
}

// Every text colour has a contrast of at least 4.5 to 1 on background and box (WCAG 2.2, 1.4.3).
const light: Palette = {
  background: '#ffffff',
  box: '#f6f8fa',
  border: '#818b98',
  ink: '#1f2328',
  faint: '#59636e',
  tls: '#116329',
  plain: '#7d4e00',
  problem: '#b3151f',
};
const dark: Palette = {
  background: '#0d1117',
  box: '#161b22',
  border: '#656c76',
  ink: '#f0f6fc',
  faint: '#9198a1',
  tls: '#56d364',
  plain: '#e3b341',
  problem: '#ff8182',
};

/**
 * Styles of the picture, without variables: simple renderers know none. Dark only on dark screens, so that background gets
 * black on white.
 */
export const pictureStyle = [
  ...[
    'text{font:14px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}',
    'text.file{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}',
    'text.small{font-size:12px}',
    'text.strong{font-weight:600}',
    'text.title{font-size:17px;font-weight:600}',
    'text.middle{text-anchor:middle}',
    'text.end{text-anchor:end}',
    'path{fill:none}',
    'path.tls,path.problem{stroke-width:4}',
    'path.plain{stroke-width:2;stroke-dasharray:6 5}',
    'path.arrow{stroke:none}',
  ],
  ...color(light),
  `@media screen and (prefers-color-scheme:dark){${color(dark).join('')}}`,
].join('\n');

/** Colours of a page around the picture. */
export const pageColors = { light, dark };

function color({ background, box, border, ink, faint, tls, plain, problem }: Palette): readonly string[] {
  return [
    `rect.paper{fill:${background}}`,
    `rect.box{fill:${box};stroke:${border}}`,
    `text{fill:${ink}}`,
    `text.faint{fill:${faint}}`,
    ...Object.entries({ tls, plain, problem }).map(
      ([name, value]) =>
        `path.${name}{stroke:${value}}circle.${name},text.${name}{fill:${value}}path.arrow.${name}{fill:${value};stroke:none}`,
    ),
  ];
}
