// Queries, fragments and credentials of URLs never leave the page.

const web = /^https?:/;

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
 * The page's URL. If the hash contains the route ("#/users/1", "#!/users/1"), the
 * route is appended to the path, because fragments are dropped.
 */
export const pageURL = () => {
  const url = cleanURL(location.href);
  const hash = /^#!?(\/[^?#]*)/.exec(location.hash);
  return hash ? url.replace(/\/$/, '') + hash[1] : url;
};
