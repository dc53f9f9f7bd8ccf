'use strict';
// The life of the page: boxes that stay ticked, fields that stay filled in, a clock, an export.
// Everything is kept in this browser; nothing is sent anywhere.
(() => {
  const plan = JSON.parse(document.getElementById('page:plan').textContent);
  const part = (name) => document.getElementById('page:' + name);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const flat = (text) => text.replace(/\s+/g, ' ').trim();
  document.documentElement.classList.add('live');

  // ---- what is kept: one entry for each node and field, by spec and version

  // Without a version, the day of the start tells one deployment from the next.
  const version = plan.version ?? (plan.starts === null ? '' : new Date(plan.starts * 1000).toISOString().slice(0, 10));
  const prefix = ['deployc', plan.spec, version].map(encodeURIComponent).join('/') + '/';
  const memory = new Map();
  const complain = (words) => {
    part('trouble').textContent = words;
    part('trouble').hidden = false;
    say(words);
  };
  const kept = {
    get(key) {
      try {
        const text = localStorage.getItem(prefix + key);
        return text === null ? memory.get(key) ?? null : JSON.parse(text);
      } catch {
        return memory.get(key) ?? null;
      }
    },
    set(key, value, at = new Date().toISOString()) {
      const entry = { value, at };
      memory.set(key, entry);
      try {
        localStorage.setItem(prefix + key, JSON.stringify(entry));
      } catch {
        complain('This browser keeps nothing: save what was done before the page is closed.');
      }
      return entry;
    },
    remove(key) {
      memory.delete(key);
      try { localStorage.removeItem(prefix + key); } catch { /* it was never there */ }
    },
    clear() {
      memory.clear();
      try {
        Object.keys(localStorage).filter((key) => key.startsWith(prefix))
          .forEach((key) => localStorage.removeItem(key));
      } catch { /* there is nothing */ }
    },
  };

  // ---- words for times

  const zone = (() => {
    try {
      return new Intl.DateTimeFormat('en-GB', { timeZone: plan.zone ?? undefined }).resolvedOptions().timeZone;
    } catch {
      return undefined;
    }
  })();
  const format = (options) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...options });
  const short = format({ hour: '2-digit', minute: '2-digit' });
  const long = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const whole = format({ weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  const dated = (time) => {
    const is = Object.fromEntries(whole.formatToParts(time).map((part) => [part.type, part.value]));
    return `${is.weekday} ${is.year}-${is.month}-${is.day} ${is.hour}:${is.minute}`;
  };
  const clock = (time) =>
    dated(time).slice(0, 14) === dated(Date.now()).slice(0, 14) ? short.format(time) : dated(time);
  const length = (seconds) => {
    const minutes = Math.round(Math.abs(seconds) / 60);
    if (minutes < 1) return 'less than a minute';
    const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
    const parts = [[days, 'd'], [hours, 'h'], [days ? 0 : minutes % 60, 'm']];
    return parts.filter(([number]) => number).map(([number, unit]) => number + unit).join(' ');
  };
  const offset = (seconds) => {
    const rest = Math.abs(seconds);
    const two = (number) => String(Math.floor(number)).padStart(2, '0');
    const days = Math.floor(rest / 86400);
    return `T${seconds < 0 ? '-' : '+'}${days ? days + 'd ' : ''}${Math.floor(rest / 3600) % 24}:${two(rest / 60 % 60)}:${two(rest % 60)}`;
  };

  // ---- what a screen reader says: changes only, never the seconds

  const say = (words) => { part('said').textContent = words; };

  // ---- boxes and fields

  const fields = all('[data-key]');
  const ticks = (field) => field.type === 'checkbox' || field.type === 'radio';
  const filled = (field) => ticks(field) ? field.checked : field.value.trim() !== '';
  const stamps = new Map(all('[data-stamp]').map((stamp) => [stamp.dataset.stamp, stamp]));

  const stamp = (field) => {
    const element = stamps.get(field.dataset.key);
    if (!element) return;
    const entry = kept.get(field.dataset.key);
    const at = filled(field) && entry ? new Date(entry.at) : null;
    element.textContent = at ? clock(at) : '';
    element.dateTime = at ? at.toISOString() : '';
  };
  const fillBlanks = () => {
    for (const blank of all('[data-blank]')) {
      const field = fields.find((one) => one.dataset.key === blank.dataset.blank);
      if (!field) continue;
      blank.dataset.empty ??= blank.textContent;
      blank.textContent = field.value.trim() || blank.dataset.empty;
      blank.classList.toggle('filled', field.value.trim() !== '');
    }
  };
  const load = (field) => {
    const entry = kept.get(field.dataset.key);
    if (entry) {
      if (ticks(field)) field.checked = entry.value === true;
      else field.value = String(entry.value);
    }
    stamp(field);
  };
  const changed = (field) => {
    if (field.type === 'radio') {
      for (const other of fields) {
        if (other.name === field.name && other !== field && kept.get(other.dataset.key)) {
          kept.set(other.dataset.key, false);
          stamp(other);
        }
      }
    }
    kept.set(field.dataset.key, ticks(field) ? field.checked : field.value);
    counts.clear();
    stamp(field);
    follow(field);
    fillBlanks();
    show();
  };
  // The box of a group follows those inside it.
  const follow = (field) => {
    for (let item = field.closest('.item')?.parentElement.closest('.item.is-group'); item;
      item = item.parentElement.closest('.item.is-group')) {
      const own = item.querySelector('.line > .tick');
      const count = counted(item.querySelector('.items'));
      if (own && own.checked !== (count.done === count.total)) {
        own.checked = !own.checked;
        kept.set(own.dataset.key, own.checked);
        counts.clear();
        stamp(own);
      }
    }
  };
  for (const field of fields) {
    load(field);
    field.addEventListener(ticks(field) || field.tagName === 'SELECT' ? 'change' : 'input', () => changed(field));
  }
  fillBlanks();

  // ---- progress

  const counts = new Map();
  const counted = (root) => {
    if (!counts.has(root)) counts.set(root, count(root));
    return counts.get(root);
  };
  const count = (root) => {
    const groups = new Map();
    for (const field of all('.tick, .counts', root)) {
      const group = field.type === 'radio' ? field.name : field.dataset.key;
      const before = groups.get(group);
      const entry = filled(field) ? kept.get(field.dataset.key) : null;
      groups.set(group, {
        done: filled(field) || Boolean(before?.done),
        at: entry ? Date.parse(entry.at) : before?.at ?? null,
      });
    }
    const list = [...groups.values()];
    const times = list.filter((one) => one.done && one.at).map((one) => one.at);
    return {
      total: list.length,
      done: list.filter((one) => one.done).length,
      first: times.length ? Math.min(...times) : null,
      last: times.length ? Math.max(...times) : null,
    };
  };
  const progress = (bar, words, count) => {
    if (bar) {
      bar.max = Math.max(count.total, 1);
      bar.value = count.done;
      bar.hidden = count.total === 0;
    }
    for (const element of words) {
      element.textContent = count.total === 0 ? '' : `${count.done} of ${count.total}`;
    }
  };

  // ---- the clock

  const started = () => {
    const entry = kept.get('page#start');
    const time = entry ? Date.parse(entry.value) : NaN;
    if (!Number.isNaN(time)) return time;
    return plan.starts === null ? null : plan.starts * 1000;
  };
  const sections = new Map(all('[data-stretch]').map((section) => [section.dataset.stretch, section]));
  const marks = (name, id) => all(`[data-${name}]`).filter((element) => element.dataset[name] === id);
  const stretches = plan.stretches.map((stretch) => ({
    ...stretch,
    section: sections.get(stretch.id),
    states: marks('state', stretch.id),
  })).filter((stretch) => stretch.section);
  const bars = all('[data-progress]').map((bar) => ({
    bar,
    section: sections.get(bar.dataset.progress),
    words: marks('count', bar.dataset.progress),
  }));

  // How a stretch stands: in words, and as one of ahead, now, late, done.
  const standing = (stretch, now, start) => {
    const count = counted(stretch.section);
    const known = start !== null && stretch.starts !== null;
    const begins = known ? start + stretch.starts * 1000 : null;
    const ends = known ? start + (stretch.ends ?? stretch.starts) * 1000 : null;
    const when = !known ? '' : ends > begins ? `${clock(begins)} to ${short.format(ends)}` : clock(begins);
    if (count.total > 0 && count.done === count.total) {
      if (!known || count.last === null) return { mood: 'done', words: 'done', when };
      const late = (count.last - Math.max(ends, begins)) / 1000;
      const how = late > 60 ? `${length(late)} late` : late < -60 ? `${length(late)} early` : 'on time';
      return { mood: 'done', words: `done ${short.format(count.last)}, ${how}`, when };
    }
    if (!known) return { mood: 'ahead', words: '', when };
    if (now < begins) {
      const wait = (begins - now) / 1000;
      if (count.done > 0) return { mood: 'now', words: `begun, planned ${clock(begins)}`, when };
      const moved = plan.starts === null || start !== plan.starts * 1000;
      const words = `${moved ? `${when}, ` : ''}in ${length(wait)}`;
      return { mood: wait <= 300 ? 'soon' : 'ahead', words, when };
    }
    if (now < ends) return { mood: 'now', words: `now, ${length((ends - now) / 1000)} left`, when };
    const late = (now - ends) / 1000;
    if (count.total === 0) return { mood: 'ahead', words: ends > begins ? 'over' : 'past', when };
    if (late < 60) return { mood: 'now', words: 'now', when };
    return { mood: 'late', words: `late by ${length(late)}`, when };
  };

  const links = all('.contents ol a');
  let spoken = null;
  const show = () => {
    const now = Date.now();
    const start = started();
    part('now').textContent = long.format(now);
    part('offset').textContent = start === null ? '' : offset(Math.floor((now - start) / 1000));
    const open = [];
    for (const stretch of stretches) {
      const stands = standing(stretch, now, start);
      for (const element of stretch.states) {
        if (element.textContent !== stands.words) element.textContent = stands.words;
        element.dataset.mood = stands.mood;
        element.title = stands.when;
      }
      const pressing = ['late', 'now', 'soon'].includes(stands.mood);
      if (pressing && stretch.top && !stretch.rollback && stretch.kind !== 'monitor') {
        open.push({ ...stands, title: stretch.title, id: stretch.id });
      }
    }
    // The one whose time it is, else the first that waits to be done; and whether others are late.
    const current = open.findLast((one) => one.mood === 'now') ?? open[0];
    const late = open.filter((one) => one.mood === 'late' && one !== current).length;
    const words = current ? `${current.title}: ${current.words}${late ? `; ${late === 1 ? 'another is' : `${late} others are`} late` : ''}` : '';
    if (part('current').textContent !== words) part('current').textContent = words;
    part('current').dataset.mood = current?.mood ?? '';
    const state = current ? `${current.id} ${current.mood}` : '';
    for (const link of links) {
      if (current && link.hash === `#${current.id}`) link.setAttribute('aria-current', 'step');
      else link.removeAttribute('aria-current');
    }
    if (spoken !== null && spoken !== state && current) say(words);
    spoken = state;
    for (const { bar, section, words: texts } of bars) progress(bar, texts, counted(section));
    progress(part('progress'), [part('count')], counted(part('work')));
    showLogs(now);
  };

  const local = (time) => {
    const date = new Date(time);
    return new Date(time - date.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
  };
  const showStart = () => {
    const start = started();
    const here = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const planned = plan.starts === null
      ? 'No start is planned. Set one, and every stretch shows its times.'
      : `T is planned for ${dated(plan.starts * 1000)} ${zone ?? ''}.`;
    const elsewhere = zone && zone !== here ? ` The field below is in the time of this computer, ${here}.` : '';
    part('planned').textContent = planned + elsewhere;
    part('start').value = kept.get('page#start') && start !== null ? local(start) : '';
    part('start-planned').hidden = plan.starts === null;
  };
  const setStart = (time) => {
    if (time === null) kept.remove('page#start');
    else kept.set('page#start', new Date(time).toISOString());
    showStart();
    show();
    say(time === null ? 'The clock runs as planned.' : `T is ${dated(time)}.`);
  };
  part('start').addEventListener('change', () => {
    const time = Date.parse(part('start').value);
    setStart(Number.isNaN(time) ? null : time);
  });
  part('start-now').addEventListener('click', () => setStart(Date.now()));
  part('start-planned').addEventListener('click', () => setStart(null));

  // ---- what recurs

  const logs = all('[data-log]').map((log) => ({
    log,
    key: log.dataset.log + '#log',
    period: Number(log.dataset.period) || null,
    next: log.querySelector('.next'),
    times: log.querySelector('.times'),
  }));
  const showLog = ({ key, times }) => {
    times.replaceChildren(...(kept.get(key)?.value ?? []).map((time) => {
      const item = document.createElement('li');
      const remove = document.createElement('button');
      remove.type = 'button';
      remove.textContent = '×';
      remove.setAttribute('aria-label', `Remove ${clock(Date.parse(time))}`);
      remove.addEventListener('click', () => {
        kept.set(key, (kept.get(key)?.value ?? []).filter((one) => one !== time));
        logs.forEach(showLog);
        show();
      });
      item.append(clock(Date.parse(time)), remove);
      return item;
    }));
  };
  const showLogs = (now) => {
    for (const { key, period, next } of logs) {
      const last = Date.parse((kept.get(key)?.value ?? []).at(-1));
      if (!period || Number.isNaN(last)) {
        next.textContent = '';
        continue;
      }
      const due = last + period * 1000;
      next.dataset.mood = due < now ? 'late' : 'ahead';
      next.textContent = due < now ? `due since ${clock(due)}` : `next at ${clock(due)}`;
    }
  };
  for (const log of logs) {
    showLog(log);
    log.log.querySelector('button').addEventListener('click', () => {
      const now = new Date();
      kept.set(log.key, [...(kept.get(log.key)?.value ?? []), now.toISOString()]);
      showLog(log);
      show();
      say(`Done at ${short.format(now)}.`);
    });
  }

  // ---- copying

  const copy = async (text, source) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const selection = getSelection();
      if (source) selection.selectAllChildren(source);
      return false;
    }
  };
  for (const button of all('button.copy')) {
    button.addEventListener('click', async () => {
      const source = button.parentElement.querySelector('pre');
      const done = await copy(button.dataset.copy ?? source.textContent, source);
      const name = button.firstChild;
      name.data = done ? 'Copied' : 'Selected';
      say(done ? 'Copied.' : 'Selected: copy it by hand.');
      setTimeout(() => { name.data = 'Copy'; }, 1500);
    });
  }

  // ---- what was done, as JSON and as Markdown

  const nameOf = (field) => {
    const by = field.getAttribute('aria-labelledby');
    if (by) return flat(by.split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' '));
    const label = field.labels?.[0];
    if (!label) return field.dataset.key;
    const words = label.cloneNode(true);
    all('input, select, textarea', words).forEach((inner) => inner.remove());
    return flat(words.textContent);
  };
  const sectionOf = (element) => {
    const section = element.closest('.stretch, section[aria-labelledby], article[aria-labelledby]');
    return section ? flat(document.getElementById(section.getAttribute('aria-labelledby')).textContent) : '';
  };
  const account = () => {
    const entries = fields.map((field) => {
      const entry = kept.get(field.dataset.key);
      const about = field.closest('.item')?.querySelector('.line > label, .line > .words');
      return {
        node: field.dataset.key.split('#')[0],
        field: field.dataset.key.split('#')[1] ?? null,
        section: sectionOf(field),
        of: field.dataset.key.includes('#') && about ? flat(about.textContent) : null,
        name: nameOf(field),
        value: ticks(field) ? field.checked : field.value,
        at: filled(field) ? entry?.at ?? null : null,
      };
    });
    const recurring = logs.map(({ log, key }) => ({
      node: log.dataset.log,
      section: sectionOf(log),
      name: flat(log.closest('.item').querySelector('.line > .words').textContent),
      times: kept.get(key)?.value ?? [],
    }));
    const start = started();
    return {
      title: plan.title,
      spec: plan.spec,
      version: plan.version,
      saved: new Date().toISOString(),
      planned_start: plan.starts === null ? null : new Date(plan.starts * 1000).toISOString(),
      start: start === null ? null : new Date(start).toISOString(),
      entries,
      recurring,
    };
  };
  const markdown = () => {
    const told = account();
    const escape = (text) => text.replace(/([\\`*_[\]<>|#])/g, '\\$1');
    const at = (iso) => iso ? dated(Date.parse(iso)) : '';
    const lines = [`# What was done: ${escape(told.title)}`, ''];
    if (told.version) lines.push(`- Version: ${escape(told.version)}`);
    if (told.start) lines.push(`- Started: ${at(told.start)} ${zone ?? ''}`.trimEnd());
    lines.push(`- Saved: ${at(told.saved)} ${zone ?? ''}`.trimEnd());
    let section = null;
    const under = (name) => {
      if (name === section) return;
      section = name;
      lines.push('', `## ${escape(name)}`, '');
    };
    for (const entry of told.entries) {
      const of = entry.of && entry.of !== entry.name ? `${escape(entry.of)}: ` : '';
      if (typeof entry.value === 'boolean') {
        under(entry.section);
        lines.push(`- [${entry.value ? 'x' : ' '}] ${escape(entry.name)}${entry.at ? ` (${at(entry.at)})` : ''}`);
      } else if (entry.value.trim() !== '') {
        under(entry.section);
        const value = escape(entry.value.trim()).replace(/\n/g, '\n  ');
        lines.push(`- ${of}${escape(entry.name)}: ${value}${entry.at ? ` (${at(entry.at)})` : ''}`);
      }
    }
    for (const one of told.recurring.filter((one) => one.times.length)) {
      under(one.section);
      lines.push(`- ${escape(one.name)}: ${one.times.map(at).join(', ')}`);
    }
    return lines.join('\n') + '\n';
  };
  const save = (text, ending, type) => {
    const link = document.createElement('a');
    const name = [plan.spec, plan.version].filter(Boolean).join('-').replace(/[^\w.-]+/g, '-');
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = `${name}-done.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    say(`Saved as ${link.download}.`);
  };
  part('json').addEventListener('click', () => save(JSON.stringify(account(), null, 2) + '\n', 'json', 'application/json'));
  part('markdown').addEventListener('click', () => save(markdown(), 'md', 'text/markdown'));
  part('copy').addEventListener('click', async () => {
    if (await copy(markdown(), null)) say('Copied.');
    else complain('The clipboard is closed to this page: save the text instead.');
  });
  // What another browser saved: of each box and field the later word holds.
  const takeOver = (text) => {
    const told = JSON.parse(text);
    if (told.spec !== plan.spec || (told.version ?? null) !== plan.version) {
      throw new Error(`it is of ${told.spec ?? 'another spec'}, version ${told.version ?? 'none'}`);
    }
    const known = new Set(fields.map((field) => field.dataset.key));
    let taken = 0;
    for (const { node, field, value, at } of told.entries) {
      const key = field === null ? node : `${node}#${field}`;
      const own = kept.get(key);
      if (!known.has(key) || typeof at !== 'string' || (own && own.at >= at)) continue;
      kept.set(key, typeof value === 'boolean' ? value : String(value), at);
      taken += 1;
    }
    for (const { node, times } of told.recurring) {
      const own = kept.get(`${node}#log`)?.value ?? [];
      const both = [...new Set([...own, ...times.map(String)])].sort();
      if (both.length > own.length) kept.set(`${node}#log`, both);
    }
    if (told.start && told.start !== told.planned_start && !kept.get('page#start')) kept.set('page#start', told.start);
    return taken;
  };
  part('load').addEventListener('change', async () => {
    const [file] = part('load').files;
    if (!file) return;
    try {
      const taken = takeOver(await file.text());
      reload();
      say(`Loaded: ${taken} newer.`);
    } catch (error) {
      complain(`${file.name} can't be loaded: ${error.message}.`);
    }
    part('load').value = '';
  });
  part('print').addEventListener('click', () => print());
  part('clear').addEventListener('click', () => {
    if (!confirm('Clear every tick, time and word of this version?')) return;
    kept.clear();
    location.reload();
  });

  // ---- colours

  const theme = part('theme');
  const paint = (name) => {
    if (name === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
  };
  try { theme.value = localStorage.getItem('deployc/theme') ?? 'auto'; } catch { /* as the system */ }
  paint(theme.value);
  theme.addEventListener('change', () => {
    paint(theme.value);
    try { localStorage.setItem('deployc/theme', theme.value); } catch { /* for this time only */ }
  });

  // ---- another window of the same page

  const reload = () => {
    counts.clear();
    fields.forEach(load);
    fillBlanks();
    logs.forEach(showLog);
    showStart();
    show();
  };

  addEventListener('storage', (event) => {
    if (event.key !== null && !event.key.startsWith(prefix)) return;
    if (event.key !== null && event.newValue === null) memory.delete(event.key.slice(prefix.length));
    reload();
  });

  // The work stands in the middle of the picture, rules and ways back beside it.
  for (const picture of all('.picture:has(.deployc-graph)')) {
    const centre = () => {
      picture.scrollLeft = (picture.scrollWidth - picture.clientWidth) / 2;
    };
    centre();
    picture.closest('details')?.addEventListener('toggle', centre, { once: true });
  }
  // What is drawn leads to what it stands for; the list of contents does so for the keyboard.
  for (const picture of all('.picture')) {
    picture.addEventListener('click', (event) => {
      const id = event.target.closest('g')?.querySelector(':scope > title')?.textContent;
      if (id && document.getElementById(id)) location.hash = id;
    });
  }

  showStart();
  show();
  setInterval(show, 1000);
})();
