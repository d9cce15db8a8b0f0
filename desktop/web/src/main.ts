import './tokens.css'
import './base.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { place } from './state/place.svelte'
import { preferences } from './state/preferences.svelte'
import { signed } from './state/signed.svelte'
import { ticking } from './state/ticking.svelte'

preferences.start()
place.start()
ticking.start()
void signed.check()

const target = document.getElementById('app')
if (!target) throw new Error('the page has no #app')
mount(App, { target })
