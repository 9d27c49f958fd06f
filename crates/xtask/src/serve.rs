//! Serving the built page on this machine, and to this machine only.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use tiny_http::{Method, Request, StatusCode};

use crate::failure::Failure;
use crate::project::Project;
use crate::site::{Answer, Prefix, Site};

/// The port where people look first.
const USUAL_PORT: u16 = 8080;

/// A page and its parts are fetched side by side.
const WORKERS: usize = 4;

/// Serves the built page until the person stops it.
pub fn forever(project: &Project, port: Option<u16>, under: &Prefix) -> Result<(), Failure> {
    let server = Server::start(Site::new(project.built_page()?, under.clone()), port)?;
    println!("Lightcone is at {}  (Ctrl+C stops it)", server.address());
    server.wait()
}

/// A server that answers in the background for as long as the program runs.
pub struct Server {
    address: String,
    stopped: Receiver<io::Error>,
}

impl Server {
    /// Starts serving a site on 127.0.0.1: on the port asked for, else on the usual one, else on any that is free.
    pub fn start(site: Site, port: Option<u16>) -> Result<Server, Failure> {
        let wanted = port.unwrap_or(USUAL_PORT);
        let listener = match (listen(wanted), port) {
            (Err(busy), None) if busy.kind() == io::ErrorKind::AddrInUse => listen(0),
            (listener, _) => listener,
        };
        let refused = |source| Failure::Address { port: wanted, source };
        let listener = listener.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        let http = tiny_http::Server::from_listener(listener, None)
            .map_err(|problem| Failure::Serving(io::Error::other(problem)))?;

        let address = format!("http://{bound}{}", site.prefix().as_str());
        let (http, site) = (Arc::new(http), Arc::new(site));
        let (stop, stopped) = mpsc::channel();
        for _ in 0..WORKERS {
            let (http, site, stop) = (Arc::clone(&http), Arc::clone(&site), stop.clone());
            thread::spawn(move || work(&http, &site, &stop));
        }
        Ok(Server { address, stopped })
    }

    /// The page's address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Goes on serving until that is no longer possible.
    fn wait(self) -> Result<(), Failure> {
        let stopped = self.stopped.recv().unwrap_or_else(|_| io::Error::other("none of its threads is left"));
        Err(Failure::Serving(stopped))
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

fn work(http: &tiny_http::Server, site: &Site, stop: &Sender<io::Error>) {
    loop {
        match http.recv() {
            Ok(request) => respond(request, site),
            Err(stopped) => {
                // Nobody listens where the server only runs beside something else.
                let _ = stop.send(stopped);
                return;
            }
        }
    }
}

fn respond(request: Request, site: &Site) {
    let plain = "text/plain; charset=utf-8";
    let (status, media_type, body, extra) = if !matches!(request.method(), Method::Get | Method::Head) {
        (405, plain, b"This server only hands out files.\n".to_vec(), Some(("Allow", "GET, HEAD".to_owned())))
    } else {
        match site.answer(request.url()) {
            Answer::File { bytes, media_type } => (200, media_type, bytes, None),
            Answer::Elsewhere(path) => (308, plain, Vec::new(), Some(("Location", path))),
            Answer::Refused => (400, plain, b"This address cannot be read.\n".to_vec(), None),
            Answer::NotFound => (404, plain, b"There is no such file.\n".to_vec(), None),
        }
    };
    let always = [
        ("Content-Type", media_type),
        // A page that was just built again is the page that people want to see.
        ("Cache-Control", "no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        // tiny_http can leave a connection waiting until another one ends, and browsers keep theirs for minutes.
        ("Connection", "close"),
    ];
    let length = body.len().to_string();
    let extra = extra.iter().map(|(name, value)| (*name, value.as_str()));
    let headers = always.into_iter().chain([("Content-Length", length.as_str())]).chain(extra);
    let reason = StatusCode(status).default_reason_phrase();
    let mut answer = format!("HTTP/1.1 {status} {reason}\r\n").into_bytes();
    for (name, value) in headers {
        answer.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    answer.extend_from_slice(b"\r\n");
    if *request.method() != Method::Head {
        answer.extend_from_slice(&body);
    }
    // Whoever asked may have gone away meanwhile.
    let mut writer = request.into_writer();
    let _ = writer.write_all(&answer).and_then(|()| writer.flush());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    fn server(name: &str) -> (Server, Scratch) {
        let folder = Scratch::new(&format!("serve-{name}"));
        std::fs::write(folder.join("index.html"), "page").unwrap();
        std::fs::write(folder.join("app.wasm"), "wasm").unwrap();
        (Server::start(Site::new(folder.to_owned(), Prefix::root()), Some(0)).unwrap(), folder)
    }

    /// Sends raw bytes and reads the answer to its end.
    fn ask(server: &Server, request: &[u8]) -> String {
        let host = server.address().trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(server: &Server, target: &str) -> String {
        ask(server, format!("GET {target} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").as_bytes())
    }

    #[test]
    fn the_page_and_its_wasm_are_served_on_the_loopback_address() {
        let (server, _folder) = server("page");
        assert!(server.address().starts_with("http://127.0.0.1:"), "{}", server.address());
        let page = get(&server, "/");
        assert!(page.starts_with("HTTP/1.1 200") && page.ends_with("\r\n\r\npage"), "{page}");
        assert!(get(&server, "/app.wasm").contains("Content-Type: application/wasm\r\n"));
    }

    #[test]
    fn only_files_are_handed_out() {
        let (server, _folder) = server("methods");
        let refused = ask(
            &server,
            b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
        );
        assert!(refused.starts_with("HTTP/1.1 405") && refused.contains("Allow: GET, HEAD"), "{refused}");
        let head = ask(&server, b"HEAD / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n");
        assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
        assert!(get(&server, "/../secret").starts_with("HTTP/1.1 400"));
        assert!(get(&server, "/nothing").starts_with("HTTP/1.1 404"));
    }

    #[test]
    fn a_browser_is_asked_not_to_keep_its_connection() {
        let (server, _folder) = server("connection");
        assert!(get(&server, "/").contains("\r\nConnection: close\r\n"));
    }

    #[test]
    fn nonsense_does_not_stop_it() {
        let (server, _folder) = server("nonsense");
        for nonsense in [
            &b"\r\n\r\n"[..],
            b"\xff\xfe\x00\x01\r\n\r\n",
            b"GET\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/1.0\r\n: odd\r\n\r\n",
            b"GET / HTTP/1.0\r\nContent-Length: -1\r\n\r\n",
            b"GET / HTTP/1.0\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        ] {
            let host = server.address().trim_start_matches("http://").trim_end_matches('/');
            let mut stream = TcpStream::connect(host).unwrap();
            // It may hang up before all of it is written.
            let _ = stream.write_all(nonsense);
        }
        assert!(get(&server, "/").starts_with("HTTP/1.1 200"));
    }

    #[test]
    fn a_port_that_was_asked_for_and_is_busy_is_named() {
        let taken = listen(0).unwrap();
        let port = taken.local_addr().unwrap().port();
        let site = Site::new(std::env::temp_dir(), Prefix::root());
        let failure = Server::start(site, Some(port)).err().unwrap().to_string();
        assert!(failure.contains(&format!("port {port}")) && failure.contains("--port"), "{failure}");
    }
}
