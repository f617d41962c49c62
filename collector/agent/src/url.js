// Queries, fragments and credentials of URLs never leave the page.

const web = /^http/;

/** A URL without query, fragment and credentials; '' if it is not http(s). */
export const cleanURL = (url) => {
  try {
    const u = new URL(url, document.baseURI);
    return web.test(u.protocol) ? u.origin + u.pathname : '';
  } catch {
    return '';
  }
};

/**
 * The page's URL; of an app's page, capacitor://localhost/cart, the path, and of a
 * file nothing, since its path may name the user. If the hash contains the route
 * ("#/users/1", "#!/users/1"), the route is appended to the path, because fragments
 * are dropped.
 */
export const pageURL = () => {
  const url = cleanURL(location.href) || (location.host && location.pathname);
  const hash = /^#!?(\/[^?#]*)/.exec(location.hash);
  return hash ? url.replace(/\/$/, '') + hash[1] : url;
};
