use super::*;

fn clock(offset: i64, drift_ppm: i64) -> Clock {
    Clock::new(ClockSpec { offset, drift_ppm, ..ClockSpec::default() })
}

fn set(clock: &mut Clock, at: u64, change: Change) {
    clock.set((Ns(at), 0), change, EntryId(1));
}

fn offset(offset: i64) -> Change {
    Change { offset: Some(offset), ..Change::default() }
}

fn slew(to: i64, over: u64) -> Change {
    Change { over: Some(Ns(over)), ..offset(to) }
}

fn drift(ppm: i64) -> Change {
    Change { drift_ppm: Some(ppm), ..Change::default() }
}

fn rate(ppm: i64) -> Change {
    Change { rate_ppm: Some(ppm), ..Change::default() }
}

fn stands(stands: bool) -> Change {
    Change { stands: Some(stands), ..Change::default() }
}

/// Numbers that look random and are the same each time.
fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
    let chance = crate::chance::Chance::new(seed);
    let mut rolls = 0;
    move |bound| {
        rolls += 1;
        chance.pick(crate::ids::NodeId::server(0), rolls, 0, bound)
    }
}

/// A clock to which all kinds of things are done, in order, and the times at which they are.
fn troubled(seed: u64) -> (Clock, Vec<u64>) {
    let mut roll = dice(seed);
    let mut clock = clock(roll(2_000) as i64 - 1_000, roll(400_000) as i64 - 200_000);
    let (mut at, mut times) = (0, Vec::new());
    for _ in 0..roll(8) {
        at += roll(3_000);
        let to = roll(4_000) as i64 - 2_000;
        let change = match roll(6) {
            0 => offset(to),
            1 | 2 => slew(to, 1 + roll(4_000)),
            3 => drift(to * 400),
            4 => rate(to * 1_000),
            _ => stands(!clock.stands()),
        };
        set(&mut clock, at, change);
        times.push(at);
    }
    (clock, times)
}

#[test]
fn a_clock_at_double_speed_reaches_its_deadline_in_half_the_time() {
    let clock = clock(0, 1_000_000);
    assert_eq!(clock.reaches(200), Ns(100));
    assert_eq!(clock.wall(Ns(100), 0), 200);
}

#[test]
fn the_deadline_is_met_at_the_first_nanosecond_and_not_before() {
    for drift_ppm in [-999_999, -500_000, -333_333, -7, 0, 7, 333_333, 26_000, 1_000_000, 999_000_000] {
        let mut clock = clock(5, drift_ppm);
        set(&mut clock, 1_000, drift(-drift_ppm / 1_001));
        clock.set((Ns(5_000), 2), offset(-9_000), EntryId(2));
        for deadline in [1, 2, 999, 1_000, 1_001, 4_321, 1_000_000] {
            let due = clock.reaches(deadline);
            assert!(clock.monotonic(due) >= deadline, "drift {drift_ppm}, deadline {deadline}");
            assert!(
                due == Ns::ZERO || clock.monotonic(Ns(due.0 - 1)) < deadline,
                "drift {drift_ppm}, deadline {deadline}"
            );
        }
    }
}

#[test]
fn whatever_is_done_to_a_clock_the_monotonic_one_never_runs_back_and_every_deadline_is_met_first_where_due() {
    for seed in 0..400 {
        let (clock, _) = troubled(seed);
        let shown: Vec<u64> = (0..20_000).step_by(7).map(|at| clock.monotonic(Ns(at))).collect();
        assert!(shown.is_sorted(), "{seed}");
        for deadline in [1, 500, 3_000, 7_777, 12_000] {
            let due = clock.reaches(deadline);
            if due == Ns::NEVER {
                assert!(clock.monotonic(Ns::s(3_600)) < deadline && clock.stands(), "{seed}");
            } else {
                assert!(clock.monotonic(due) >= deadline, "{seed}");
                assert!(due == Ns::ZERO || clock.monotonic(Ns(due.0 - 1)) < deadline, "{seed}");
            }
        }
    }
}

#[test]
fn but_for_steps_the_wall_clock_makes_no_jump() {
    for seed in 0..400 {
        let (clock, times) = troubled(seed);
        for at in (1..20_000).filter(|at| !times.contains(at)) {
            let gone = clock.wall(Ns(at), 0) - clock.wall(Ns(at - 1), 0);
            let ticks = (clock.monotonic(Ns(at)) - clock.monotonic(Ns(at - 1))) as f64;
            let slope = |span: &Segment| {
                1.0 + span.rate_ppm.abs() as f64 / 1e6 + span.slew.0.abs() as f64 / span.slew.1.max(1) as f64
            };
            let steepest = clock.segments().iter().map(slope).fold(1.0, f64::max);
            assert!(gone.abs() as f64 <= steepest * ticks + 4.0, "{seed}: {gone} in the ns up to {at}");
        }
    }
}

#[test]
fn what_is_set_later_changes_nothing_before_it() {
    for seed in 0..400 {
        let (clock, times) = troubled(seed);
        let Some(&last) = times.last() else { continue };
        let mut later = clock.clone();
        set(&mut later, last + 500, rate(-3_000_000));
        set(&mut later, last + 800, slew(77, 100));
        for at in 0..last + 500 {
            assert_eq!(clock.read(Ns(at), 9), later.read(Ns(at), 9), "{seed}");
        }
    }
}

#[test]
fn a_step_moves_the_wall_clock_and_no_timer() {
    let mut clock = clock(0, 0);
    set(&mut clock, 100, offset(-50));
    assert_eq!((clock.wall(Ns(99), 0), clock.wall(Ns(100), 0)), (99, 50));
    assert_eq!(clock.reaches(200), Ns(200));
}

#[test]
fn a_slew_comes_evenly_to_its_offset_and_stays() {
    let mut clock = clock(0, 0);
    set(&mut clock, 100, slew(-50, 100));
    let shown = [100, 150, 200, 201, 1_000].map(|at| clock.wall(Ns(at), 0));
    assert_eq!(shown, [100, 125, 150, 151, 950]);
    assert_eq!(clock.reaches(200), Ns(200));
}

#[test]
fn a_slew_runs_by_the_nodes_own_time_and_goes_on_from_a_change_of_speed() {
    let mut clock = clock(0, 0);
    set(&mut clock, 0, slew(1_000, 2_000));
    set(&mut clock, 1_000, drift(1_000_000));
    assert_eq!(clock.wall(Ns(1_000), 0), 1_500);
    assert_eq!(clock.wall(Ns(1_250), 0), 1_500 + 500 + 250);
    assert_eq!(clock.wall(Ns(1_500), 0), 3_000);
    assert_eq!(clock.wall(Ns(1_600), 0), 3_200);
}

#[test]
fn a_step_ends_a_slew_and_a_slew_takes_up_where_another_is() {
    let mut stepped = clock(0, 0);
    set(&mut stepped, 0, slew(1_000, 1_000));
    let mut other = stepped.clone();
    set(&mut stepped, 500, offset(7));
    assert_eq!([499, 500, 2_000].map(|at| stepped.wall(Ns(at), 0)), [998, 507, 2_007]);
    set(&mut other, 500, slew(0, 500));
    assert_eq!([500, 750, 1_000, 2_000].map(|at| other.wall(Ns(at), 0)), [1_000, 1_000, 1_000, 2_000]);
}

#[test]
fn a_wall_clock_stops_or_runs_back_and_the_monotonic_one_goes_on() {
    let mut clock = clock(10, 26_000);
    set(&mut clock, 1_000, rate(-1_000_000));
    set(&mut clock, 2_000, rate(-2_000_000));
    let stopped = clock.wall(Ns(1_000), 0);
    assert!((1_000..2_000).all(|at| clock.wall(Ns(at), 0) == stopped));
    assert_eq!(clock.wall(Ns(3_000), 0), stopped - 1_026);
    assert_eq!(clock.monotonic(Ns(3_000)), 3_078);
}

#[test]
fn a_suspended_machine_stands_still_with_both_clocks_and_its_timers_wait() {
    let mut clock = clock(0, 0);
    set(&mut clock, 100, stands(true));
    assert_eq!((clock.reaches(100), clock.reaches(101)), (Ns(100), Ns::NEVER));
    set(&mut clock, 400, stands(false));
    assert_eq!([99, 250, 400, 500].map(|at| clock.wall(Ns(at), 0)), [99, 100, 100, 200]);
    assert_eq!((clock.reaches(100), clock.reaches(101)), (Ns(100), Ns(401)));
}

#[test]
fn a_bound_grows_from_one_synchronisation_to_the_next() {
    let mut clock =
        Clock::new(ClockSpec { uncertainty: Ns(1_000), uncertainty_ppm: 200_000, ..ClockSpec::default() });
    let sync = Change { uncertainty: Some(Ns(1_000)), ..offset(0) };
    set(&mut clock, 10_000, sync);
    let bound = |at| clock.read(Ns(at), 0).uncertainty.0;
    assert_eq!([0, 5_000, 10_000, 15_000].map(bound), [1_001, 2_001, 1_001, 2_001]);
    assert_eq!(clock.read(Ns(5_000), 0).interval(), (2_999, 7_001));
}

#[test]
fn a_bound_that_grows_as_fast_as_the_clock_may_drift_never_lies() {
    for seed in 0..200 {
        let mut roll = dice(seed);
        let mut clock = Clock::new(ClockSpec {
            drift_ppm: roll(400) as i64 - 200,
            uncertainty_ppm: 201,
            ..ClockSpec::default()
        });
        let mut at = 0;
        for _ in 0..20 {
            at += roll(2_000_000_000);
            // It hears the time from one who is wrong by at most 1,000 ns.
            let wrong = roll(2_001) as i64 - 1_000;
            let true_offset = at as i64 - clock.monotonic(Ns(at)) as i64;
            let sync = Change { uncertainty: Some(Ns(1_000)), ..offset(true_offset + wrong) };
            set(&mut clock, at, sync);
            set(&mut clock, at, drift(roll(400) as i64 - 200));
        }
        for _ in 0..400 {
            let now = roll(at);
            let (earliest, latest) = clock.read(Ns(now), u32::MAX).interval();
            assert!((earliest..=latest).contains(&(now as i64)), "{seed}: {earliest} {now} {latest}");
        }
    }
}
