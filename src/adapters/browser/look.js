// The page as it stands: its source, what a person sees of it, and how it came.
const [navigation] = performance.getEntriesByType('navigation');
return {
  url: location.href,
  html: document.documentElement ? document.documentElement.outerHTML : '',
  seen: document.body ? document.body.innerText : '',
  status: navigation ? navigation.responseStatus || 0 : 0,
  media: document.contentType,
  isStill,
};
