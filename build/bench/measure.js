// Put into a page by the benchmark, not by the program. It tells on standard error how far frames lie apart, what the
// program says of its progress, and, when F9 is pressed, how long each bound call takes.
'use strict'
;(() => {
  const say = (what) => window.runtime?.LogPrint('MEASURED ' + JSON.stringify(what))

  // The gaps between frames, told twice a second.
  let last = 0
  let told = 0
  let gaps = []
  const frame = () => {
    const now = performance.now()
    if (last > 0) gaps.push(now - last)
    last = now
    if (now - told > 500) {
      say({ kind: 'frames', at: Date.now(), gaps: gaps.map(Math.round) })
      told = now
      gaps = []
    }
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)

  addEventListener('DOMContentLoaded', () => {
    window.runtime?.EventsOn('state', ({ index, snapshot }) => {
      const { running, scanning, done, total, remaining_seconds: remaining } = index
      say({ kind: 'state', at: Date.now(), running, scanning, done, total, remaining })
    })
  })

  const question = (i) => `a ${['dog', 'castle', 'red car', 'boat', 'tree'][i % 5]} ${['in the snow', 'at night', 'by the river'][i % 3]} number ${i}`
  const ask = (query, offset, limit, sort = '') => ({ query, like: '', picture: '', offset, limit, sort, uncut: false, narrow: { folder: '', from_month: 0, to_month: 0, favourite: false, min_rating: 0 } })

  async function calls() {
    const app = window.go.main.App
    const time = async (name, times, call) => {
      const took = []
      let failed = ''
      for (let i = 0; i < times; i++) {
        const begun = performance.now()
        try {
          await call(i)
        } catch (thrown) {
          failed = String(thrown)
        }
        took.push(performance.now() - begun)
      }
      say({ kind: 'call', name, took, failed })
    }
    const ids = (await app.Search(ask('dog', 0, 100))).hits.map((hit) => hit.id)
    const { folders } = await app.State()
    const some = (i) => ids[i % ids.length]
    const candidates = await app.Suggestions()
    await time('State', 200, () => app.State())
    await time('Log', 200, () => app.Log())
    await time('Suggestions', 200, () => app.Suggestions())
    await time('Settings', 200, () => app.Settings())
    await time('SetSetting', 100, (i) => app.SetSetting('window.theme', i % 2 ? 'light' : 'system'))
    await time('ResetSetting', 100, () => app.ResetSetting('window.theme'))
    await time('Photo', 200, (i) => app.Photo(some(i)))
    await time('SetFavourite', 200, (i) => app.SetFavourite([some(i)], i % 2 === 0))
    await time('SetFavourite of 100', 100, (i) => app.SetFavourite(ids, i % 2 === 0))
    await time('SetRating', 200, (i) => app.SetRating([some(i)], i % 6))
    await time('Failures', 200, (i) => app.Failures(i * 60, 60))
    await time('Search, new question', 200, (i) => app.Search(ask(question(i), 0, 60)))
    await time('Search, known question', 200, (i) => app.Search(ask(question(i), 0, 60)))
    await time('Search, next page', 200, (i) => app.Search(ask(question(7), i * 60, 60)))
    await time('Search, by date', 200, (i) => app.Search(ask(question(i), 0, 60, 'date')))
    await time('Search, like a photo', 200, (i) => app.Search({ ...ask('', 0, 60), like: some(i) }))
    if (candidates.length > 0) await time('Survey', 50, () => app.Survey(candidates[0].id))
    await time('DismissNotice', 100, () => app.DismissNotice('none'))
    await time('Pause', 100, () => app.Pause())
    await time('Resume', 100, () => app.Resume())
    await time('RescanFolder', 20, () => app.RescanFolder(folders[0].id))
    await time('Cancel', 20, () => app.Cancel())
    await time('RetryFailures', 20, () => app.RetryFailures())
    await time('UnloadModel', 5, () => app.UnloadModel('text'))
    await time('LoadModel', 5, () => app.LoadModel('text'))
    say({ kind: 'end' })
  }
  addEventListener('keydown', (event) => {
    if (event.key !== 'F9') return
    event.stopImmediatePropagation()
    calls().catch((thrown) => say({ kind: 'end', failed: String(thrown) }))
  }, true)
})()
