"""PGD in the L-infinity norm with foolbox or torchattacks on PyTorch's CPU build of an ONNX file; prints one JSON line.

The peers' own attack loops run unchanged: no random start, gradient for the input only, weights frozen, eval mode.
`wall` and `cpu` are those of the attack alone, after one warm-up step; `totalWall` and `totalCpu` those of the whole process from its start.
"""

import argparse
import json
import multiprocessing
import os
import resource
import threading
import time

PEERS = ("foolbox", "torchattacks")


def fraction(text):
    """A number, or a fraction such as 8/255."""
    above, _, below = text.partition("/")
    return float(above) / float(below or 1)


def parse():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", help="an ONNX file whose input is [N, C, H, W] in [0, 1]")
    p.add_argument("--data", help="an .npz with x (float32, NCHW) and y (labels)")
    p.add_argument("--attack", default="pgd", choices=["pgd"])
    p.add_argument("--epsilon", type=fraction)
    p.add_argument("--step-size", type=fraction)
    p.add_argument("--steps", type=int, default=40)
    p.add_argument("--peer", choices=PEERS, default="foolbox")
    p.add_argument("--threads", type=int, default=1, help="threads of each process")
    p.add_argument("--processes", type=int, default=1, help="the images are divided among them")
    p.add_argument("--batch", type=int, default=50)
    p.add_argument("--limit", type=int, help="only the first so many images")
    p.add_argument("--repeat", type=int, default=1, help="the fastest run counts; all are listed in `walls`")
    p.add_argument("--channels-last", action="store_true")
    p.add_argument("--versions", action="store_true", help="print the versions of the peers and stop")
    options = p.parse_args()
    if not options.versions and None in (options.model, options.data, options.epsilon, options.step_size):
        p.error("--model, --data, --epsilon and --step-size are required")
    return options


def started_at(pid="self"):
    """When a process started, in seconds on CLOCK_BOOTTIME (in steps of 10 ms)."""
    with open(f"/proc/{pid}/stat") as f:
        return int(f.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")


def now():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class PssSampler(threading.Thread):
    """Highest sum of the proportional set sizes of this process and its children, looked at five times a second."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak = 0

    @staticmethod
    def pss(pid):
        try:
            with open(f"/proc/{pid}/smaps_rollup") as f:
                return next(int(line.split()[1]) * 1024 for line in f if line.startswith("Pss:"))
        except (OSError, StopIteration):
            return 0

    def look(self):
        pids = [os.getpid(), *(c.pid for c in multiprocessing.active_children())]
        self.peak = max(self.peak, sum(self.pss(pid) for pid in pids))

    def run(self):
        while True:
            self.look()
            time.sleep(0.2)


def make_attack(model, o):
    """A function (images, labels, steps) -> adversarial images."""
    if o.peer == "foolbox":
        import foolbox

        fmodel = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")

        def run(x, y, steps):
            attack = foolbox.attacks.LinfPGD(abs_stepsize=o.step_size, steps=steps, random_start=False)
            return attack(fmodel, x, y, epsilons=o.epsilon)[1]

        return run

    import torchattacks

    return lambda x, y, steps: torchattacks.PGD(model, eps=o.epsilon, alpha=o.step_size, steps=steps, random_start=False)(x, y)


def load(o, index):
    import numpy as np
    import torch

    from onnx_torch import OnnxModule

    torch.set_num_threads(o.threads)
    archive = np.load(o.data)
    share = slice(index, o.limit, o.processes)
    x, y = torch.from_numpy(archive["x"][share]), torch.from_numpy(archive["y"][share].astype("int64"))
    if o.channels_last:
        x = x.contiguous(memory_format=torch.channels_last)
    return OnnxModule(o.model, o.channels_last), x, y


def robust_count(model, batches):
    import torch

    with torch.no_grad():
        return sum(int((model(x).argmax(1) == y).sum()) for x, y in batches)


def work(o, index, barrier, results):
    """One process's share: a warm-up step, then `repeat` timed runs that all processes begin together."""
    model, x, y = load(o, index)
    attack = make_attack(model, o)
    batches = list(zip(x.split(o.batch), y.split(o.batch)))
    attack(*batches[0], 1)
    first_step, runs = now(), []
    for _ in range(o.repeat):
        barrier.wait()
        start, cpu = now(), time.process_time()
        adversarial = [attack(bx, by, o.steps) for bx, by in batches]
        runs.append((start, now(), time.process_time() - cpu))
    distance = max(float((a - bx).abs().max()) for a, (bx, _) in zip(adversarial, batches))
    robust = robust_count(model, [(a, by) for a, (_, by) in zip(adversarial, batches)])
    results.put({"n": len(x), "robust": robust, "distance": distance, "firstStep": first_step, "runs": runs})


def run_all(o):
    if o.processes == 1:
        results = multiprocessing.SimpleQueue()
        work(o, 0, multiprocessing.Barrier(1), results)
        return [results.get()]
    context = multiprocessing.get_context("spawn")
    results, barrier = context.SimpleQueue(), context.Barrier(o.processes)
    children = [context.Process(target=work, args=(o, i, barrier, results)) for i in range(o.processes)]
    for c in children:
        c.start()
    shares = []
    while len(shares) < o.processes:
        if results.empty() and any(c.exitcode for c in children):
            for c in children:
                c.kill()
            raise SystemExit("a worker process failed; its message stands above")
        if results.empty():
            time.sleep(0.05)
        else:
            shares.append(results.get())
    for c in children:
        c.join()
    return shares


def cpu_seconds():
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def versions():
    from importlib.metadata import version

    return {name: version(name) for name in ("torch", *PEERS)}


def main():
    o = parse()
    if o.versions:
        print(json.dumps(versions()))
        return
    sampler = PssSampler()
    sampler.start()
    shares = run_all(o)
    sampler.look()
    runs = list(zip(*(s["runs"] for s in shares)))
    walls = [max(end for _, end, _ in run) - min(start for start, _, _ in run) for run in runs]
    cpus = [sum(cpu for _, _, cpu in run) for run in runs]
    n, robust = sum(s["n"] for s in shares), sum(s["robust"] for s in shares)
    if max(s["distance"] for s in shares) > o.epsilon + 1e-6:
        raise SystemExit("an adversarial image left the ball")
    best, process_start = walls.index(min(walls)), started_at()
    print(
        json.dumps(
            {
                "peer": o.peer,
                "versions": versions(),
                "model": os.path.basename(o.model),
                "n": n,
                "steps": o.steps,
                "threads": o.threads,
                "processes": o.processes,
                "batch": o.batch,
                "channelsLast": o.channels_last,
                "wall": walls[best],
                "cpu": cpus[best],
                "walls": walls,
                "imageSteps": n * o.steps,
                "cpuPerImageStep": cpus[best] / (n * o.steps),
                "robustAccuracy": robust / n,
                "firstStepSeconds": max(s["firstStep"] for s in shares) - process_start,
                "totalWall": now() - process_start,
                "totalCpu": cpu_seconds(),
                "peakPssBytes": sampler.peak,
            }
        )
    )


if __name__ == "__main__":
    main()
