import './styles/tokens.css'
import './styles/base.css'
import { flushSync, mount } from 'svelte'
import App from './App.svelte'
import { library } from '$lib/state'
import { takeOver } from './shell'

const target = document.getElementById('app')
if (!target) throw new Error('the page has no place for the app')
takeOver(
  target,
  () => flushSync(() => mount(App, { target })),
  (text) => library.search.type(text),
)
