#!/usr/bin/env bash
# go-quartz v0.15.2 and gronx v1.20.4 (Go 1.26): a job of every few minutes pauses for an hour when the
# clocks go back, and under go-quartz it ends for good when they go forward, west of Greenwich.
#
# Longest pause of "every five minutes" around the two changes of 2026, by CronTrigger.NextFireTime
# of go-quartz and gronx.NextTickAfter; robfig/cron v3.0.1 for comparison:
#
#                         go-quartz    gronx     robfig
#   Berlin,    March      5 min        5 min     5 min
#   Berlin,    October    65 min       65 min    5 min
#   New York,  March      expired      5 min     5 min
#   New York,  November   65 min       5 min     5 min
#
# "expired" is quartz.ErrTriggerExpired after 01:55, for every schedule with two runs or more in
# the skipped hour (every 30 minutes; every hour is fine). The scheduler takes that for the end of the
# job: it removes the job, and its only sign is a line in the log of level INFO. To show this without
# waiting for March, a running scheduler gets a zone of -05:00 whose clocks go forward in four
# seconds, and a job of every second. The job runs until then, not once afterwards, and is gone.
#
# Hazard: leases, heartbeats, outboxes and sweeps that are to run every few minutes stop, on two
# Sundays a year, and one of them until the process is started anew. A cron trigger in UTC (that of
# quartz.NewCronTrigger) and a quartz.SimpleTrigger go on: both are shown below.
#
# Requires Go.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GOFLAGS=-mod=mod GOWORK=off
cd "$folder"
cat >go.mod <<'MOD'
module finding

go 1.26

require (
	github.com/adhocore/gronx v1.20.4
	github.com/reugn/go-quartz v0.15.2
	github.com/robfig/cron/v3 v3.0.1
)
MOD
cat >main.go <<'GO'
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"
	_ "time/tzdata"

	"github.com/adhocore/gronx"
	"github.com/reugn/go-quartz/job"
	"github.com/reugn/go-quartz/quartz"
	"github.com/robfig/cron/v3"
)

// pause walks the runs from two hours before the change to three hours after it.
func pause(change time.Time, next func(time.Time) (time.Time, error)) string {
	run, err := next(change.Add(-2 * time.Hour))
	if err != nil {
		return err.Error()
	}
	longest := time.Duration(0)
	for run.Before(change.Add(3 * time.Hour)) {
		following, err := next(run)
		if err != nil {
			return err.Error() + " after " + run.Format("15:04")
		}
		longest = max(longest, following.Sub(run))
		run = following
	}
	return fmt.Sprint(longest.Minutes(), " min")
}

func quartzOf(spec string, zone *time.Location) func(time.Time) (time.Time, error) {
	trigger, err := quartz.NewCronTriggerWithLoc(spec, zone)
	if err != nil {
		panic(err)
	}
	return func(t time.Time) (time.Time, error) {
		ns, err := trigger.NextFireTime(t.UnixNano())
		return time.Unix(0, ns).In(t.Location()), err
	}
}

// jumping returns a zone of -05:00 whose clocks go forward by an hour at that instant.
func jumping(at time.Time) *time.Location {
	var file bytes.Buffer
	file.WriteString("TZif")
	file.Write(make([]byte, 16))
	for _, part := range []any{
		[]uint32{0, 0, 0, 2, 2, 8}, // counts: two transitions, two offsets, eight bytes of names
		[]int32{int32(at.AddDate(-1, 0, 0).Unix()), int32(at.Unix())}, []uint8{0, 1},
		int32(-5 * 3600), []uint8{0, 0}, int32(-4 * 3600), []uint8{1, 4},
	} {
		binary.Write(&file, binary.BigEndian, part)
	}
	file.WriteString("OLD\x00NEW\x00")
	zone, err := time.LoadLocationFromTZData("jumping", file.Bytes())
	if err != nil {
		panic(err)
	}
	return zone
}

func main() {
	for _, c := range []struct{ zone, change string }{
		{"Europe/Berlin", "2026-03-29T01:00:00Z"}, {"Europe/Berlin", "2026-10-25T01:00:00Z"},
		{"America/New_York", "2026-03-08T07:00:00Z"}, {"America/New_York", "2026-11-01T06:00:00Z"},
	} {
		zone, _ := time.LoadLocation(c.zone)
		instant, _ := time.Parse(time.RFC3339, c.change)
		change := instant.In(zone)
		robfig, _ := cron.ParseStandard("*/5 * * * *")
		fmt.Printf("%s %s: go-quartz %s, gronx %s, robfig %s\n", c.zone, change.Format("January"),
			pause(change, quartzOf("0 */5 * * * ?", zone)),
			pause(change, func(t time.Time) (time.Time, error) { return gronx.NextTickAfter("*/5 * * * *", t, false) }),
			pause(change, func(t time.Time) (time.Time, error) { return robfig.Next(t), nil }))
		if c.change == "2026-03-08T07:00:00Z" {
			fmt.Println("go-quartz there, every 30 minutes:", pause(change, quartzOf("0 */30 * * * ?", zone)))
			fmt.Println("go-quartz there, every hour:", pause(change, quartzOf("0 0 * * * ?", zone)))
			fmt.Println("go-quartz there, every five minutes of UTC:", pause(change, quartzOf("0 */5 * * * ?", time.UTC)))
		}
	}

	change := time.Now().Truncate(time.Second).Add(4 * time.Second)
	scheduler, err := quartz.NewStdScheduler()
	if err != nil {
		panic(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	scheduler.Start(ctx)
	var before, after, simple atomic.Int64
	local, err := quartz.NewCronTriggerWithLoc("* * * * * ?", jumping(change))
	if err != nil {
		panic(err)
	}
	scheduler.ScheduleJob(quartz.NewJobDetail(job.NewFunctionJob(func(context.Context) (int, error) {
		if time.Now().Before(change) {
			before.Add(1)
		} else if time.Now().After(change.Add(2 * time.Second)) { // the last run before may be late
			after.Add(1)
		}
		return 0, nil
	}), quartz.NewJobKey("cron")), local)
	scheduler.ScheduleJob(quartz.NewJobDetail(job.NewFunctionJob(func(context.Context) (int, error) {
		if time.Now().After(change.Add(2 * time.Second)) {
			simple.Add(1)
		}
		return 0, nil
	}), quartz.NewJobKey("simple")), quartz.NewSimpleTrigger(time.Second))
	time.Sleep(time.Until(change.Add(6 * time.Second)))
	keys, err := scheduler.GetJobKeys()
	fmt.Println("scheduler: ran before the change:", before.Load() > 0, "; after it:", after.Load(),
		"; simple trigger after it:", simple.Load() > 0, "; jobs left:", keys, err)
}
GO
go run . | tee found.txt
diff found.txt - <<'END' || { echo "one of them behaves otherwise now"; exit 1; }
Europe/Berlin March: go-quartz 5 min, gronx 5 min, robfig 5 min
Europe/Berlin October: go-quartz 65 min, gronx 65 min, robfig 5 min
America/New_York March: go-quartz trigger has expired after 01:55, gronx 5 min, robfig 5 min
go-quartz there, every 30 minutes: trigger has expired after 01:30
go-quartz there, every hour: 60 min
go-quartz there, every five minutes of UTC: 5 min
America/New_York November: go-quartz 65 min, gronx 5 min, robfig 5 min
scheduler: ran before the change: true ; after it: 0 ; simple trigger after it: true ; jobs left: [default::simple] <nil>
END
