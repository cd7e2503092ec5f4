"""A pretend Microsoft tenant over HTTPS: sign-in and Graph for tests, the demo, benchmarks and trying settings.

The public entry points:

- `tenant.Tenant.generate(devices=…, users=…, seed=…)` makes the data; `Tenant.next_day()` lets a day pass.
- `server.Simulator(tenant)` is a context manager that serves it on loopback.
- `faults.Fault(name, …)` with `Simulator.inject` makes Graph misbehave.
- `server.serve_forever(…)` is what `reconciler simulate` runs.
"""
