// Finds the one element that a person means, and says what they could do with it.
//
// arguments: by, text, role, within; what is to be done with it; and whether the element itself is
// wanted, which costs more than to say where it is. Gives back how many visible elements fit, the
// element if it is one, and `cannot` if a person could not do that.
const [by, text, role, within, deed, detail, isWanted] = arguments;

const squeezed = words => (words || '').replace(/\s+/g, ' ').trim();
const isVisible = element =>
  element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;

const FIELDS = 'input:not([type=hidden]), textarea, select, [contenteditable=""], ' +
  '[contenteditable=true], [role=textbox], [role=combobox], [role=checkbox], [role=radio]';
const PRESSABLE = 'button, a[href], summary, input[type=submit], input[type=button], ' +
  'input[type=reset], input[type=image], [role=button], [role=link], [role=tab], [role=menuitem]';
const ROLES = {
  button: 'button, summary, input[type=submit], input[type=button], input[type=reset], ' +
    'input[type=image]',
  link: 'a[href], area[href]',
  textbox: 'textarea, input:not([type]), input[type=text], input[type=email], input[type=tel], ' +
    'input[type=url], input[type=password], input[type=search]',
  spinbutton: 'input[type=number]',
  checkbox: 'input[type=checkbox]',
  radio: 'input[type=radio]',
  combobox: 'select',
  heading: 'h1, h2, h3, h4, h5, h6',
  img: 'img, svg',
};

// The accessible name (W3C accname), as far as pages with forms need it.
const nameOf = element => {
  const ids = (element.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean);
  const referred = ids.map(id => document.getElementById(id)?.textContent || '').join(' ');
  const labels = [...(element.labels || [])].map(label => label.innerText).join(' ');
  const own = element.matches('input[type=submit], input[type=button], input[type=reset]')
    ? element.value : '';
  const content = element.matches('input, textarea, select') ? '' : element.innerText;
  const ways = [referred, element.getAttribute('aria-label'), labels, own, element.alt, content,
    element.title, element.placeholder];
  return ways.map(squeezed).find(Boolean) || '';
};
const hasRole = element => element.hasAttribute('role')
  ? element.getAttribute('role') === role
  : Boolean(ROLES[role]) && element.matches(ROLES[role]);

const everywhere = within ? [...document.querySelectorAll(within)] : [document];
const all = selector =>
  [...new Set(everywhere.flatMap(root => [...root.querySelectorAll(selector)]))];
const reads = element => squeezed(element.innerText) === text;
const found = {
  css: () => all(text),
  label: () => all(FIELDS).filter(element => nameOf(element) === text),
  name: () => (role ? all('*').filter(hasRole) : all(PRESSABLE))
    .filter(element => nameOf(element) === text),
  text: () => all('*').filter(element => reads(element) && ![...element.children].some(reads)),
}[by]().filter(isVisible);

if (found.length !== 1) {
  const offered = all(by === 'label' ? FIELDS : PRESSABLE).filter(isVisible).map(nameOf);
  return { count: found.length, isStill, offered: offered.filter(Boolean).slice(0, 12) };
}
const element = found[0];

// Why a person could not do it.
const obstacle = () => {
  if (element.disabled || element.getAttribute('aria-disabled') === 'true') {
    return 'it is disabled';
  }
  if (deed === 'fill') {
    if (element.readOnly) {
      return 'it cannot be changed';
    }
    if (element.maxLength >= 0 && detail > element.maxLength) {
      return `it takes at most ${element.maxLength} characters`;
    }
  }
  const isSubmit = element.matches('button:not([type=button]):not([type=reset]), ' +
    'input[type=submit], input[type=image]');
  if (deed === 'press' && isSubmit && element.form && !element.formNoValidate &&
      !element.form.noValidate) {
    const wrong = [...element.form.elements].find(one => one.willValidate && !one.validity.valid);
    if (wrong) {
      return `the browser sends no form in which “${nameOf(wrong)}” is so: ` +
        wrong.validationMessage;
    }
  }
  return null;
};
const cannot = obstacle();
let part = null;
let isTypable = false;
if (!cannot && deed === 'fill') {
  element.focus();
  element.select?.();
  window.fobwatchField = element;
  // Keys go to what has the focus; fields with a picker of their own are the driver's business.
  isTypable = document.activeElement === element &&
    element.matches(`${ROLES.textbox}, ${ROLES.spinbutton}`);
}
// Where a pointer touches it, unless something else is in front of it there.
const spot = () => {
  element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
  const box = element.getClientRects()[0];
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return element.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
};
if (deed === 'press' && !cannot) {
  // The driver may answer before the browser has left this page: what is on its way is noted here.
  // Last of all listeners, so that what the page prevents is not waited for.
  window.fobwatchLeaves = false;
  const leaves = event => {
    const link = event.type === 'click' ? event.target.closest?.('a[href]') : null;
    const isOff = event.type === 'submit' || (link && !link.target && !link.hash);
    window.fobwatchLeaves ||= Boolean(isOff) && !event.defaultPrevented;
  };
  addEventListener('submit', leaves, { once: true });
  addEventListener('click', leaves, { once: true });
  window.navigation?.addEventListener('navigate', event => {
    window.fobwatchLeaves ||= !event.destination.sameDocument && event.downloadRequest === null;
  });
}
if (deed === 'choose') {
  const options = [...(element.options || [])];
  const fits = option => squeezed(option.innerText || option.text) === detail;
  part = options.find(fits) || options.find(option => option.value === detail) || null;
}
return {
  count: 1, isStill, cannot, isTypable, isTicked: Boolean(element.checked),
  value: element.value ?? element.innerText,
  ...(isWanted ? { element, part } : { spot: cannot ? null : spot() }),
};
