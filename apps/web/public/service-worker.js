// Shows what is pushed to this device and opens what was tapped. It answers no request and keeps no file: a screen that is
// shown from a store would be an old one, and at 3 a.m. nobody notices. Registered by modules/delivery/web/device-push.ts.
self.addEventListener('install', function () {
  // A newer one takes over at once: there is nothing of the older one that a page still needs.
  self.skipWaiting();
});
self.addEventListener('activate', function (event) {
  event.waitUntil(self.clients.claim());
});

// The shape is that of modules/delivery/server/channels/web-push/notification.ts.
self.addEventListener('push', function (event) {
  event.waitUntil(show(read(event.data)));
});

// Browsers demand that something is shown for each push; one that cannot be read still says that there is something.
function read(data) {
  try {
    var said = data.json();
    if (said !== null && typeof said === 'object' && typeof said.title === 'string') return said;
  } catch (_) {
    // Not ours, or broken.
  }
  return {
    title: 'Leadline has something for you',
    body: 'Open it to see what.',
    tag: 'leadline',
    url: '/',
    actions: [],
  };
}

function show(said) {
  var actions = Array.isArray(said.actions) ? said.actions : [];
  return self.registration.showNotification(said.title, {
    body: said.body,
    tag: said.tag,
    // The next message of the same page rings again instead of changing silently.
    renotify: true,
    requireInteraction: said.stays === true,
    icon: '/icon-192.png',
    badge: '/badge-96.png',
    timestamp: Date.now(),
    actions: actions
      .filter(function (each) {
        return each.action !== 'resolve';
      })
      .slice(0, 1)
      .map(function (each) {
        return { action: each.action, title: each.title };
      })
      .concat([{ action: 'open', title: 'Open' }]),
    data: { title: said.title, url: said.url || '/', actions: actions },
  });
}

// A tap on the message opens it; a tap on a button does what it says, without a screen: at 3 a.m. that is all one wants.
self.addEventListener('notificationclick', function (event) {
  var data = event.notification.data || {};
  var chosen = (data.actions || []).find(function (each) {
    return each.action === event.action;
  });
  event.notification.close();
  event.waitUntil(chosen ? act(chosen, data, event.notification.tag) : open(data.url || '/'));
});

// The signed link acts by POST. Where it does not (it expired, the network is down, it stands on another origin), its own page
// says why, or has the button.
function act(chosen, data, tag) {
  var url = new URL(chosen.url, self.location.origin);
  if (url.origin !== self.location.origin) return open(url.href);
  return self
    .fetch(url.href, { method: 'POST', redirect: 'error' })
    .then(function (answer) {
      if (!answer.ok) return open(url.href);
      return self.registration.showNotification(
        chosen.action === 'acknowledge' ? 'Acknowledged' : chosen.title + ': done',
        {
          body: data.title,
          tag: tag,
          silent: true,
          icon: '/icon-192.png',
          badge: '/badge-96.png',
          data: { url: data.url },
        },
      );
    })
    .catch(function () {
      return open(url.href);
    });
}

// A window that shows it already comes to the front; else a new one.
function open(address) {
  var url = new URL(address, self.location.origin).href;
  return self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then(function (windows) {
    var there = windows.find(function (each) {
      return each.url === url;
    });
    return there ? there.focus() : self.clients.openWindow(url);
  });
}

// The browser took the subscription away (it expired, or its maker's service moved): nobody would be told at night.
self.addEventListener('pushsubscriptionchange', function (event) {
  event.waitUntil(
    show({
      title: 'Notifications on this device have ended',
      body: 'The browser gave up the subscription. Open Leadline and turn notifications on again.',
      tag: 'leadline-subscription',
      url: '/',
      actions: [],
      stays: true,
    }),
  );
});
