"""Accelerators that cannot do the work, are too large, or cannot be bought so: rules FA, FE202 and FE206."""

from launching import group, instance

X86_IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


def declare() -> None:
    """One resource for each rule."""
    # FE202 accelerator-oversized.
    instance("embed", "p5.4xlarge", {"fleet:stack": "cuda", "fleet:memory-gib": "16"})
    # FE206 idle-accelerators.
    instance("idle", "g6e.12xlarge", {"fleet:accelerators": "1"})
    # FA301 accelerator-cannot-run-workload: training accelerators have no video encoder.
    instance("transcoder", "p5.48xlarge", {"fleet:kind": "rendering", "fleet:needs": "video_encode"})
    # FA302 image-architecture-mismatch.
    instance("arm", "m8g.large", ami=X86_IMAGE)
    # FA303 training-without-efa, FA304 training-without-placement-group.
    group("pretrain", (4, 4), {"fleet:kind": "training"}, instance_type="p5.48xlarge")
    # FA305 no-purchase-path: AWS sells no hpc types as spot.
    instance("solver", "hpc7a.96xlarge", instance_market_options={"market_type": "spot"})
    # FA306 no-list-price.
    instance("listless", "p5e.48xlarge")
