//! However bytes are cut, however little the kernel takes, whenever sockets pause: nothing is lost and nothing overtakes.

use proptest::prelude::*;

use super::*;

/// What a client does next.
#[derive(Clone, Debug)]
enum Step {
    Event,
    /// An event in pieces of these sizes.
    Pieces(Vec<usize>),
    Ping,
    Pause,
    /// An event that is answered later, from outside.
    Later,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Event),
        2 => proptest::collection::vec(0usize..9, 1..4).prop_map(Step::Pieces),
        1 => Just(Step::Ping),
        1 => Just(Step::Pause),
        1 => Just(Step::Later),
    ]
}

/// The bytes of a step, and the frame that has to come back for it.
fn play(n: usize, step: &Step) -> (Vec<u8>, String) {
    let event = format!("42[\"echo\",{n}]");
    match step {
        Step::Event => (text(&event), event),
        Step::Pause => (text(&format!("42[\"pause\",{n}]")), event),
        Step::Later => (text(&format!("42{n}[\"later\"]")), format!("43{n}[1]")),
        Step::Ping => (client_frame(0x89, n.to_string().as_bytes()), format!("8a {n}")),
        Step::Pieces(sizes) => {
            let (mut bytes, mut rest, mut first) = (Vec::new(), event.as_bytes(), 0x01);
            for size in sizes {
                let (piece, behind) = rest.split_at((*size).min(rest.len()));
                bytes.extend(client_frame(first, piece));
                bytes.extend(client_frame(0x8A, b""));
                (rest, first) = (behind, 0x00);
            }
            bytes.extend(client_frame(first | 0x80, rest));
            (bytes, event)
        }
    }
}

/// Resumes who is paused and answers what waits.
fn help(driver: &mut Driver<App>, app: &App) {
    let (paused, acks) = {
        let mut seen = app.0.lock().unwrap();
        (std::mem::take(&mut seen.paused), std::mem::take(&mut seen.acks))
    };
    apply(driver, |batch| {
        acks.into_iter().for_each(|ack| batch.ack(ack, &1));
        paused.into_iter().for_each(|socket| batch.resume(socket));
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_nothing_overtakes(
        steps in proptest::collection::vec(step(), 1..40),
        cuts in proptest::collection::vec(1usize..60, 1..30),
        windows in proptest::collection::vec(0usize..50, 1..30),
        read_buffer in 1usize..100,
        max_unanswered in 0usize..4,
    ) {
        let (mut driver, app) = driver(Config { max_unanswered, ..Config::default() }, read_buffer);
        let conn = connected(&mut driver);
        driver.pipe(conn).window = 0;
        let (bytes, expected): (Vec<_>, Vec<_>) = steps.iter().enumerate().map(|(n, step)| play(n, step)).unzip();
        let (bytes, mut at) = (bytes.concat(), 0);
        for (cut, window) in cuts.iter().cycle().zip(windows.iter().cycle()) {
            let end = (at + cut).min(bytes.len());
            driver.arrive(conn, &bytes[at..end]);
            driver.settle();
            driver.widen(conn, *window);
            if window % 3 == 0 {
                help(&mut driver, &app);
            }
            driver.turn();
            at = end;
            if at == bytes.len() {
                break;
            }
        }
        driver.widen(conn, usize::MAX);
        for _ in 0..=steps.len() {
            help(&mut driver, &app);
            driver.settle();
        }
        let heard = output(&mut driver, conn);
        // Answers that come from outside may be behind what the shard says itself; among themselves both are in order.
        let acks = |frames: &[String]| frames.iter().filter(|frame| frame.starts_with("43")).cloned().collect::<Vec<_>>();
        let others = |frames: &[String]| frames.iter().filter(|frame| !frame.starts_with("43")).cloned().collect::<Vec<_>>();
        prop_assert_eq!(acks(&heard), acks(&expected));
        prop_assert_eq!(others(&heard), others(&expected));
        prop_assert!(app.0.lock().unwrap().closed.is_empty());
    }

    #[test]
    fn no_bytes_make_it_panic_and_every_end_is_told(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        opcode in 0u8..16,
        whole: bool,
    ) {
        let (mut driver, app) = driver(Config::default(), 50);
        let conn = connected(&mut driver);
        driver.arrive(conn, &if whole { client_frame(0x80 | opcode, &bytes) } else { bytes });
        driver.settle();
        driver.end(conn);
        driver.settle();
        prop_assert_eq!(driver.pipe(conn).closed, Some(false));
        prop_assert_eq!(app.0.lock().unwrap().closed.len(), 1);
        prop_assert!(driver.core.is_empty());
    }
}
