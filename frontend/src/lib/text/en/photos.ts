import { count, date, monthName, plural, took } from '../format'

const LEVEL = { full: 'shown', half: 'perhaps', hollow: 'not seen' } as const
const NUMBERS = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']

const list = (words: readonly string[], last: string): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const inNumber = (n: number): string => NUMBERS[n] ?? count(n)

/** A range of months in words: “August 2021”, “March to August 2014”, “2019 to 2026”; whole years by their number. */
export function months(from: number, to: number): string {
  if (from === to) return monthName(from)
  const years = [Math.floor(from / 12), Math.floor(to / 12)]
  if (from % 12 === 0 && to % 12 === 11) return years[0] === years[1] ? String(years[0]) : `${years[0]} to ${years[1]}`
  return years[0] === years[1] ? `${monthName(from).replace(/ \d+$/, '')} to ${monthName(to)}` : `${monthName(from)} to ${monthName(to)}`
}

/** Photos: browsing, looking for them, and what was found. */
export const photos = {
  search: 'Search photos',
  placeholder: (n: number) => (n > 0 ? `Search ${plural(n, 'photo')}` : 'Search'),
  likePhoto: 'Photos like this one',
  likePicture: (name: string) => (name ? `Photos like ${name}` : 'Photos like this picture'),
  likePasted: 'Photos like the pasted picture',
  hint: 'Try “kitchen at night”, a camera such as X100V, or drop a picture here',
  hintNames: 'Names and dates can be searched now; what photos show, soon',

  filter: 'Filter',
  filters: 'Filters',
  anyDate: 'Any date',
  date: 'Date',
  from: 'From',
  to: 'To',
  years: 'Years',
  folder: 'Folder',
  anyFolder: 'All folders',
  favourites: 'Favourites',
  onlyFavourites: 'Only favourites',
  rating: 'Stars',
  anyRating: 'Any number',
  atLeast: (stars: number) => (stars >= 5 ? '5 stars' : `${stars} ${stars === 1 ? 'star' : 'stars'} or more`),
  remove: (what: string) => `Remove filter: ${what}`,
  removeAll: 'Remove all filters',

  order: 'Order',
  orders: { evidence: 'Best evidence', newest: 'Newest', added: 'Added last', name: 'Name', size: 'Largest' },
  sizes: 'Size of photos',
  size: ['Small photos', 'Medium photos', 'Large photos'],
  sizeLetter: ['S', 'M', 'L'],

  foundIn: (n: number, ms: number) => `${plural(n, 'photo')} in ${took(ms)}`,
  allPhotos: 'All photos',
  results: 'Photos that answer',
  unknownDate: 'Date unknown',
  inMonth: (n: number) => plural(n, 'photo'),
  ofDay: (day: number) => date(new Date(day * 86_400_000).toISOString().slice(0, 10)),
  tile: (when: string) => (when ? `Photo, ${when}` : 'Photo, date unknown'),
  hit: (name: string, when: string) => (when ? `${name}, ${when}` : name),
  isFavourite: 'favourite',
  isOffline: 'its folder is offline',
  isDamaged: 'damaged',

  groupAll: (met: readonly string[]) => sentence(list(met, 'and')),
  groupSome: (met: readonly string[], missing: readonly string[]) => `${sentence(list(met, 'and'))}, with no ${list(missing, 'or')} in sight`,
  groupNone: 'Close to the question as a whole',
  groupCount: (met: number, of: number) => (met === 0 ? 'Close to the question as a whole' : met === of ? `All ${inNumber(of)} clues` : `${sentence(inNumber(met))} of ${inNumber(of)} clues`),
  noneShowsAll: (clues: number) => (clues === 2 ? 'No photo shows both.' : `No photo shows all ${inNumber(clues)}.`),
  closest: 'These come closest.',

  evidence: 'Why this photo',
  evidenceOf: (name: string) => `Why this photo: ${name}`,
  level: (clue: string, level: keyof typeof LEVEL) => `${clue}: ${LEVEL[level]}`,
  levels: LEVEL,
  sources: {
    meaning: 'Seen in the picture',
    like: 'Looks alike',
    caption: 'In the caption',
    tag: 'In the tags',
    keyword: 'In the keywords',
    title: 'In the title',
    file: 'In the file name',
    folder: 'In the folder’s name',
    camera: 'In the camera’s name',
    place: 'In the place',
  } as Record<string, string>,
  seen: (oneIn: number) => (oneIn < 2 ? 'Seen in the picture.' : `Seen in the picture. Only 1 in ${count(oneIn)} of your photos shows it so clearly.`),
  perhaps: (oneIn: number) => (oneIn < 2 ? 'Perhaps in the picture.' : `Perhaps in the picture. 1 in ${count(oneIn)} of your photos fits this well.`),
  notSeen: (oneIn: number) => (oneIn < 2 ? 'Not seen.' : `Not seen. 1 in ${count(oneIn)} photos fits this well.`),
  whole: 'The question as a whole',
  judged: (model: string) => `Judged by ${model}`,
  byWords: 'Found by its words alone',

  end: 'Nothing more fits',
  endWhy: (rest: number, like: boolean) =>
    rest <= 0
      ? 'Every photo fits.'
      : `The other ${rest === 1 ? 'photo fits' : `${plural(rest, 'photo')} fit`} ${like ? 'it' : 'these words'} no better than chance. The line moves with every question.`,
  endWords: 'These are all photos with these words. What photos show was not compared.',
  line: (hits: number) => `How well every photo fits; ${hits === 0 ? 'none lies' : hits === 1 ? 'one lies' : `${count(hits)} lie`} past the line`,
  lineLow: 'fits no better than chance',
  lineHigh: 'fits best',
  only: (word: string) => `Only “${word}”`,
  weaker: 'Show weaker ones',
  weakerTitle: 'Short of the line',

  none: 'No photo fits',
  noneNamed: 'No photo fits by name',
  noneNarrowed: 'No photo is left',
  noneWhy: (looked: number, question: string, scope: string) =>
    `${looked === 1 ? 'The one photo' : `All ${plural(looked, 'photo')}`}${scope ? ` ${scope}` : ''} fit${looked === 1 ? 's' : ''} “${question}” no better than chance, and no caption, tag or name has these words.`,
  noneWords: (question: string, scope: string) => `No caption, tag or name${scope ? ` of photos ${scope}` : ''} has “${question}”. What photos show was not compared.`,
  noneLike: (looked: number, scope: string) => `None of ${plural(looked, 'photo')}${scope ? ` ${scope}` : ''} looks like it more than chance would have it.`,
  noneFiltered: (scope: string) => `There are no photos ${scope}.`,
  scopeMonths: (from: number, to: number) => (from === 0 ? `until ${monthName(to)}` : to === 0 ? `since ${monthName(from)}` : `from ${months(from, to)}`),
  scopeFolder: (name: string) => `in “${name}”`,
  scopeFavourite: 'among your favourites',
  scopeRating: (stars: number) => (stars >= 5 ? 'with 5 stars' : `with ${stars} ${stars === 1 ? 'star' : 'stars'} or more`),
  widenMonths: 'Search all years',
  widenFolder: 'Search all folders',
  widenFavourite: 'Search all photos',
  widenRating: 'Search all photos',
  showAll: 'Show all photos',
  nearest: 'The nearest, all short of the line',
  wait: (seen: number, all: number) => `${count(seen)} of ${plural(all, 'photo')} have been seen so far. The others are looked at as soon as their turn comes.`,
  failed: 'The question could not be answered',
  again: 'Ask again',

  zero: (name: string) => `No photos in “${name}” yet`,
  zeroMany: (n: number) => `No photos in your ${count(n)} folders yet`,
  zeroWhy: (n: number) => `${n === 1 ? 'The folder is there and is being watched' : 'The folders are there and are being watched'}. A photo that is copied into ${n === 1 ? 'it' : 'one of them'} shows up here within seconds.`,
  zeroOffline: (n: number) => (n === 1 ? 'The folder is offline. Its photos come back with it.' : 'Some of the folders are offline. Their photos come back with them.'),
  zeroFailed: (n: number) => `${n === 1 ? 'One file was' : `${count(n)} files were`} set aside.`,
  zeroFailedLink: 'See why',
  addFolder: 'Add another folder…',
  dropHere: 'Or drop folders anywhere in this window',
  loading: 'Reading the list of photos',
  problem: 'The list of photos could not be read',
  reload: 'Read it again',

  selected: (n: number) => `${count(n)} selected`,
  selectedLong: (n: number) => `${plural(n, 'photo')} selected`,
  rate: 'Stars',
  clearSelection: 'Clear the selection',

  scrubber: 'Go to a month',
}
