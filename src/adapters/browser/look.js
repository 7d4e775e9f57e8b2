// The page as it stands: its source, what a person sees of it, and how it came; or nothing while the
// browser is on its way to another page or still loading this one, if that is to be waited for.
if (arguments[0] && (window.fobwatchLeaves || document.readyState !== 'complete')) {
  return null;
}
const [navigation] = performance.getEntriesByType('navigation');
return {
  url: location.href,
  html: document.documentElement ? document.documentElement.outerHTML : '',
  seen: document.body ? document.body.innerText : '',
  status: navigation ? navigation.responseStatus || 0 : 0,
  media: document.contentType,
  isStill,
};
