"""Resources that cost nothing by themselves, and those that cost only by use: explicit lists, all else is unpriced."""

__all__ = ["BY_USE", "FREE", "is_free"]

_FREE_AWS = {
    "autoscaling": "attachment:Attachment lifecycleHook:LifecycleHook notification:Notification policy:Policy "
    "schedule:Schedule tag:Tag trafficSourceAttachment:TrafficSourceAttachment",
    "batch": "jobDefinition:JobDefinition jobQueue:JobQueue schedulingPolicy:SchedulingPolicy",
    "cloudwatch": "eventRule:EventRule eventTarget:EventTarget eventPermission:EventPermission logStream:LogStream "
    "logResourcePolicy:LogResourcePolicy queryDefinition:QueryDefinition eventBusPolicy:EventBusPolicy",
    "ebs": "defaultKmsKey:DefaultKmsKey encryptionByDefault:EncryptionByDefault "
    "snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
    "ec2": "amiLaunchPermission:AmiLaunchPermission carrierGateway:CarrierGateway customerGateway:CustomerGateway "
    "defaultCreditSpecification:DefaultCreditSpecification defaultNetworkAcl:DefaultNetworkAcl "
    "defaultRouteTable:DefaultRouteTable defaultSecurityGroup:DefaultSecurityGroup defaultSubnet:DefaultSubnet "
    "defaultVpc:DefaultVpc defaultVpcDhcpOptions:DefaultVpcDhcpOptions "
    "egressOnlyInternetGateway:EgressOnlyInternetGateway eipAssociation:EipAssociation "
    "imageBlockPublicAccess:ImageBlockPublicAccess instanceMetadataDefaults:InstanceMetadataDefaults "
    "internetGateway:InternetGateway internetGatewayAttachment:InternetGatewayAttachment keyPair:KeyPair "
    "launchConfiguration:LaunchConfiguration launchTemplate:LaunchTemplate "
    "mainRouteTableAssociation:MainRouteTableAssociation managedPrefixList:ManagedPrefixList "
    "managedPrefixListEntry:ManagedPrefixListEntry natGatewayEipAssociation:NatGatewayEipAssociation "
    "networkAcl:NetworkAcl networkAclAssociation:NetworkAclAssociation networkAclRule:NetworkAclRule "
    "networkInterface:NetworkInterface networkInterfaceAttachment:NetworkInterfaceAttachment "
    "networkInterfaceSecurityGroupAttachment:NetworkInterfaceSecurityGroupAttachment placementGroup:PlacementGroup "
    "route:Route routeTable:RouteTable routeTableAssociation:RouteTableAssociation securityGroup:SecurityGroup "
    "securityGroupAssociation:SecurityGroupAssociation securityGroupRule:SecurityGroupRule subnet:Subnet "
    "subnetCidrReservation:SubnetCidrReservation tag:Tag volumeAttachment:VolumeAttachment vpc:Vpc "
    "vpcDhcpOptions:VpcDhcpOptions vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation "
    "vpcEndpointPolicy:VpcEndpointPolicy vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation "
    "vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation vpcPeeringConnection:VpcPeeringConnection "
    "vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter vpnGateway:VpnGateway "
    "vpnGatewayAttachment:VpnGatewayAttachment vpnGatewayRoutePropagation:VpnGatewayRoutePropagation",
    "ecs": "capacityProvider:CapacityProvider cluster:Cluster clusterCapacityProviders:ClusterCapacityProviders "
    "taskDefinition:TaskDefinition",
    "eks": "accessEntry:AccessEntry accessPolicyAssociation:AccessPolicyAssociation addon:Addon "
    "identityProviderConfig:IdentityProviderConfig podIdentityAssociation:PodIdentityAssociation",
    # ElastiCache bills nodes or serverless use, backups and data transfer: https://aws.amazon.com/elasticache/pricing/
    "elasticache": "parameterGroup:ParameterGroup subnetGroup:SubnetGroup",
    "iam": "accessKey:AccessKey accountAlias:AccountAlias accountPasswordPolicy:AccountPasswordPolicy group:Group "
    "groupMembership:GroupMembership groupPolicy:GroupPolicy groupPolicyAttachment:GroupPolicyAttachment "
    "instanceProfile:InstanceProfile openIdConnectProvider:OpenIdConnectProvider policy:Policy "
    "policyAttachment:PolicyAttachment role:Role rolePolicy:RolePolicy rolePolicyAttachment:RolePolicyAttachment "
    "rolePoliciesExclusive:RolePoliciesExclusive samlProvider:SamlProvider serviceLinkedRole:ServiceLinkedRole "
    "sshKey:SshKey user:User userGroupMembership:UserGroupMembership userPolicy:UserPolicy "
    "userPolicyAttachment:UserPolicyAttachment rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "kms": "alias:Alias grant:Grant keyPolicy:KeyPolicy",
    "lb": "listener:Listener listenerCertificate:ListenerCertificate listenerRule:ListenerRule "
    "targetGroup:TargetGroup targetGroupAttachment:TargetGroupAttachment",
    "alb": "listener:Listener listenerCertificate:ListenerCertificate listenerRule:ListenerRule "
    "targetGroup:TargetGroup targetGroupAttachment:TargetGroupAttachment",
    "licensemanager": "association:Association licenseConfiguration:LicenseConfiguration",
    # What RDS bills are instances, storage, input and output, backups and data transfer:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/User_DBInstanceBilling.html
    "rds": "clusterParameterGroup:ClusterParameterGroup optionGroup:OptionGroup parameterGroup:ParameterGroup "
    "subnetGroup:SubnetGroup",
    "resourcegroups": "group:Group resource:Resource",
    "s3": "bucketNotification:BucketNotification bucketPolicy:BucketPolicy bucketAcl:BucketAcl "
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration "
    "bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2 "
    "bucketOwnershipControls:BucketOwnershipControls bucketPublicAccessBlock:BucketPublicAccessBlock "
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration "
    "bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2 "
    "bucketVersioning:BucketVersioning bucketVersioningV2:BucketVersioningV2 "
    "bucketCorsConfiguration:BucketCorsConfiguration",
    "sns": "topicPolicy:TopicPolicy",
    "sqs": "queuePolicy:QueuePolicy redrivePolicy:RedrivePolicy",
    "lambda": "permission:Permission alias:Alias eventSourceMapping:EventSourceMapping layerVersion:LayerVersion",
    "vpc": "securityGroupEgressRule:SecurityGroupEgressRule securityGroupIngressRule:SecurityGroupIngressRule "
    "securityGroupVpcAssociation:SecurityGroupVpcAssociation",
}

FREE = frozenset(f"aws:{module}/{name}" for module, names in _FREE_AWS.items() for name in names.split())
"""AWS resource types that cost nothing; what hangs on them is a resource of its own."""

_LOCAL_PACKAGES = frozenset({"archive", "command", "null", "random", "std", "time", "tls"})
"""Packages whose resources exist only in the stack or on the machine that runs it."""

BY_USE = {
    "aws:cloudwatch/eventBus:EventBus": "EventBridge events",
    "aws:cloudwatch/logGroup:LogGroup": "CloudWatch Logs, by volume",
    "aws:ecr/repository:Repository": "ECR storage and data",
    "aws:lambda/function:Function": "Lambda requests and duration",
    "aws:s3/bucket:Bucket": "S3 storage and requests",
    "aws:s3/bucketV2:BucketV2": "S3 storage and requests",
    "aws:s3/bucketObject:BucketObject": "S3 storage and requests",
    "aws:s3/bucketObjectv2:BucketObjectv2": "S3 storage and requests",
    "aws:sfn/stateMachine:StateMachine": "Step Functions transitions",
    "aws:sns/topic:Topic": "SNS requests",
    "aws:sqs/queue:Queue": "SQS requests",
}
"""Types that cost nothing until they are used, with what is charged then."""


def is_free(kind: str) -> bool:
    """True for a type that costs nothing by itself: listed, or of a package that makes nothing in a cloud."""
    return kind in FREE or kind.partition(":")[0] in _LOCAL_PACKAGES
