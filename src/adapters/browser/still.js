// Whether the page can no longer change by itself: all is loaded, and no script was ever seen here.
window.fobwatchScripted ||= document.scripts.length > 0 ||
  document.querySelector('iframe, meta[http-equiv=refresh i]') !== null ||
  [...document.querySelectorAll('*')].some(
    one => one.getAttributeNames().some(name => name.startsWith('on')));
const isStill = document.readyState === 'complete' && !window.fobwatchScripted;

