//! What the suite of zookeeper-client asks of testcontainers, without containers: a "container" is
//! a process of the program in KAZOO_ZK_SERVER (zk_server.py) at a free port.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Mutex;
use std::time::{Duration, Instant};

pub mod clients {
    #[derive(Default)]
    pub struct Cli;

    impl Cli {
        pub fn run<I>(
            &self,
            image: impl Into<crate::core::RunnableImage<I>>,
        ) -> crate::core::Container<'_, I> {
            crate::core::Container::start_new(image.into())
        }
    }
}

pub mod images {
    pub mod generic {
        pub struct GenericImage {
            pub(crate) image: crate::core::Settings,
        }

        impl GenericImage {
            pub fn new(_name: &str, tag: &str) -> Self {
                let mut image = crate::core::Settings::default();
                image.environment.insert("KAZOO_RELEASE".into(), tag.into());
                Self { image }
            }

            pub fn with_env_var(mut self, name: &str, value: String) -> Self {
                self.image.environment.insert(name.into(), value);
                self
            }

            pub fn with_healthcheck(self, _: crate::core::Healthcheck) -> Self {
                self
            }

            pub fn with_wait_for(self, _: crate::core::WaitFor) -> Self {
                self
            }
        }

        impl From<GenericImage> for crate::core::RunnableImage<GenericImage> {
            fn from(image: GenericImage) -> Self {
                Self::new(image.image)
            }
        }
    }
}

pub mod core {
    use super::*;
    use std::marker::PhantomData;

    #[derive(Default)]
    pub struct Settings {
        pub(crate) environment: HashMap<String, String>,
        pub(crate) config: Option<PathBuf>,
    }

    #[derive(Default)]
    pub struct Healthcheck;

    impl Healthcheck {
        pub fn with_cmd<I>(self, _: I) -> Self {
            self
        }
        pub fn with_interval(self, _: Duration) -> Self {
            self
        }
        pub fn with_retries(self, _: u32) -> Self {
            self
        }
    }

    pub enum WaitFor {
        Healthcheck,
    }

    pub struct RunnableImage<I> {
        settings: Settings,
        kind: PhantomData<I>,
    }

    impl<I> RunnableImage<I> {
        pub(crate) fn new(settings: Settings) -> Self {
            Self { settings, kind: PhantomData }
        }

        pub fn with_volume<S: Into<PathBuf>, D: AsRef<str>>(mut self, (source, dest): (S, D)) -> Self {
            if dest.as_ref() == "/conf/zoo.cfg" {
                self.settings.config = Some(source.into());
            }
            self
        }

        pub fn with_network<N: Into<String>>(self, _: N) -> Self {
            panic!("not without containers: a network of several servers");
        }
    }

    pub struct LogStream;

    impl LogStream {
        pub fn wait_for_message(self, _: &str) -> Result<(), String> {
            Err("there are no logs without containers".into())
        }
    }

    pub struct Container<'d, I> {
        settings: Settings,
        port: u16,
        data: PathBuf,
        child: Mutex<Option<Child>>,
        kind: PhantomData<(&'d (), I)>,
    }

    static COUNT: AtomicU32 = AtomicU32::new(0);

    impl<I> Container<'_, I> {
        pub(crate) fn start_new(image: RunnableImage<I>) -> Self {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let data = std::env::temp_dir().join(format!("kazoo-{}-{}", std::process::id(), number));
            std::fs::create_dir_all(&data).unwrap();
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let made = Self {
                settings: image.settings,
                port,
                data,
                child: Mutex::new(None),
                kind: PhantomData,
            };
            made.start();
            made
        }

        /// The configuration of the suite, but for its port and its directory.
        fn config(&self) -> PathBuf {
            let path = self.data.join("suite.cfg");
            let mut file = std::fs::File::create(&path).unwrap();
            if let Some(source) = self.settings.config.as_ref() {
                for line in std::fs::read_to_string(source).unwrap().lines() {
                    if !line.starts_with("dataDir=") && !line.starts_with("clientPort=") {
                        writeln!(file, "{line}").unwrap();
                    }
                }
            }
            path
        }

        pub fn start(&self) {
            let program = std::env::var("KAZOO_ZK_SERVER").expect("KAZOO_ZK_SERVER is not set");
            let child = Command::new(program)
                .arg("start-foreground")
                .arg(self.config())
                .envs(&self.settings.environment)
                .env("KAZOO_PORT", self.port.to_string())
                .env("KAZOO_DATA", &self.data)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            *self.child.lock().unwrap() = Some(child);
            let deadline = Instant::now() + Duration::from_secs(60);
            while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
                assert!(Instant::now() < deadline, "the server does not listen");
                std::thread::sleep(Duration::from_millis(20));
            }
        }

        pub fn stop(&self) {
            if let Some(mut child) = self.child.lock().unwrap().take() {
                let _ = child.kill();
                let _ = child.wait();
            }
        }

        pub fn get_host_port(&self, _: u16) -> u16 {
            self.port
        }

        pub fn stdout(&self) -> LogStream {
            LogStream
        }
    }

    impl<I> Drop for Container<'_, I> {
        fn drop(&mut self) {
            self.stop();
            let _ = std::fs::remove_dir_all(&self.data);
        }
    }
}
