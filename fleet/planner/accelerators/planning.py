"""The three questions that the planner asks of accelerators: a plan for each kind, and what becomes of each type."""

from collections.abc import Iterator, Mapping
from datetime import date

from fleet.catalog import Catalog
from fleet.planner.accelerators.choices import Choice
from fleet.planner.accelerators.comparison import Judgement, families, judge_standing, judge_training, of_accelerator
from fleet.planner.accelerators.inference import inference_task
from fleet.planner.accelerators.market import survey
from fleet.planner.accelerators.needs import AcceleratedWorkload
from fleet.planner.accelerators.offers import Counter
from fleet.planner.accelerators.rendering import rendering_task
from fleet.planner.accelerators.standing import Task, answer
from fleet.planner.accelerators.training import train
from fleet.planner.part import Part
from fleet.spec.model import FleetSpec, Inference, Rendering, Training


def plan_training(spec: FleetSpec, workload: Training, catalog: Catalog, *, today: date) -> Part:
    """The cheapest way to run a job, with its proof."""
    return train(Counter(spec=spec, workload=workload, catalog=catalog, today=today), workload)


def plan_inference(spec: FleetSpec, workload: Inference, catalog: Catalog, *, today: date) -> Part:
    """The cheapest instances that serve a model, with their proof."""
    return answer(Counter(spec=spec, workload=workload, catalog=catalog, today=today), inference_task(workload))


def plan_rendering(spec: FleetSpec, workload: Rendering, catalog: Catalog, *, today: date) -> Part:
    """The cheapest instances that carry the streams, with their proof."""
    return answer(Counter(spec=spec, workload=workload, catalog=catalog, today=today), rendering_task(workload))


def judge(spec: FleetSpec, workload: AcceleratedWorkload, catalog: Catalog, *, today: date) -> Mapping[str, Judgement]:
    """Every type of the catalog: what the workload would cost on it alone, or every reason against it."""
    counter = Counter(spec=spec, workload=workload, catalog=catalog, today=today)
    if isinstance(workload, Training):
        return judge_training(counter, workload)
    return judge_standing(counter, standing_task(workload))


def reasons(
    spec: FleetSpec, workload: AcceleratedWorkload, catalog: Catalog, type_name: str, *, today: date
) -> Judgement:
    """What becomes of the workload on one type; KeyError for a type that the catalog does not have."""
    return judge(spec, workload, catalog, today=today)[type_name]


def compare(spec: FleetSpec, workload: AcceleratedWorkload, catalog: Catalog, *, today: date) -> tuple[Judgement, ...]:
    """One line for every family of accelerators, also those that EC2 does not sell, cheapest first."""
    counter = Counter(spec=spec, workload=workload, catalog=catalog, today=today)
    return families(counter, judge(spec, workload, catalog, today=today))


def judge_accelerator(
    spec: FleetSpec, workload: AcceleratedWorkload, catalog: Catalog, key: str, *, today: date
) -> Judgement:
    """What becomes of the workload on one kind of accelerator, also on one that EC2 does not sell; KeyError if unknown.

    A kind stands for its cheapest eligible type; when it has none, for the type with the fewest reasons.
    """
    accelerator = catalog.accelerators[key]
    judged = judge(spec, workload, catalog, today=today)
    counter = Counter(spec=spec, workload=workload, catalog=catalog, today=today)
    return of_accelerator(counter, judged, accelerator)


def on_demand_choices(counter: Counter, region: str) -> Iterator[Choice]:
    """Every type that the workload may run on, as it is bought on demand in a region."""
    for choices in survey(counter).offers.values():
        yield from (choice for choice in choices if choice.region == region and choice.purchase == "on_demand")


def standing_task(workload: Inference | Rendering) -> Task:
    """What a workload demands, and what an instance serves of it."""
    return inference_task(workload) if isinstance(workload, Inference) else rendering_task(workload)
