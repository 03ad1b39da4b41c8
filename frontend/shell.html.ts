import { t } from './src/lib/text/en'

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/**
 * What the page shows until its own code runs: the search box, in which one can type, and Start, whose button can be
 * chosen. Each stands where the component will stand that takes its place (src/shell.ts), in that component's own styles.
 * @param scope the class that scopes the styles of a component
 */
export function shell(scope: (component: string) => string): string {
  const is = (component: string, classes = ''): string => `class="${`${classes} ${scope(component)}`.trim()}"`
  return `<div id="shell">
  <div ${is('App', 'app')} data-for="search">
    <nav ${is('Rail', 'rail')}></nav>
    <main ${is('App')}>
      <search ${is('SearchBox', 'ask')}>
        <span ${is('SearchBox', 'loupe')}>
          <svg width="28" height="28" viewBox="0 0 24 24" fill="none" aria-hidden="true" ${is('Mark', 'glyph')}>
            <rect x="3" y="3" width="13" height="13" rx="2" stroke="currentColor" stroke-width="1.75"/>
            <path d="M16.5 16.5 21 21" stroke="currentColor" stroke-width="1.75" stroke-linecap="square"/>
            <rect x="7" y="7" width="5" height="5" ${is('Mark', 'unlit')}/>
          </svg>
        </span>
        <div ${is('SearchBox', 'text')}>
          <input ${is('SearchBox')} type="text" role="searchbox" aria-label="${escape(t.photos.search)}" placeholder="${escape(t.photos.placeholder(0))}" autocomplete="off" autocapitalize="off" spellcheck="false">
        </div>
      </search>
    </main>
    <footer ${is('Strip', 'strip')}></footer>
  </div>
  <div ${is('App', 'app start')} data-for="start">
    <main ${is('App')}>
      <div ${is('Start', 'start')}>
        <div ${is('Start', 'frame')} aria-hidden="true"></div>
        <div ${is('Start', 'pair')}>
          <div>
            <p ${is('Start', 'brand')}><span aria-hidden="true"><img src="/icon.svg" width="28" height="28" alt=""></span>${escape(t.app.name)}</p>
            <h1 ${is('Start')}>${escape(t.start.title)}<i ${is('Start', 'stop')} aria-hidden="true"></i></h1>
            <p ${is('Start', 'lead')}>${escape(t.start.lead)}</p>
            <p ${is('Start', 'none muted')}>${escape(t.start.noneWhy)}</p>
            <div ${is('Start', 'actions')}><button type="button" ${is('Button', 'button primary large')}>${escape(t.start.choose)}</button></div>
            <p ${is('Start', 'promise small')}>${escape(t.start.privacy)}</p>
          </div>
          <figure ${is('Start')}><div ${is('Start', 'drawing')}></div><figcaption ${is('Start', 'small faint')}></figcaption></figure>
        </div>
        <p ${is('Start', 'drop small')}>${escape(t.start.drop)}</p>
      </div>
    </main>
  </div>
</div>`
}
