import type { ResourceId, Traits } from '../../../model/resource.ts';

/** Kinds that run something. */
const workloads = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
  'batch/CronJob',
  '/Pod',
  '/ReplicationController',
  'argoproj.io/Rollout',
  'serving.knative.dev/Service',
]);

/** Kinds with which data goes, or the ground that others stand on. */
const dataBearing = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  'apps/StatefulSet',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'snapshot.storage.k8s.io/VolumeSnapshot',
  'snapshot.storage.k8s.io/VolumeSnapshotContent',
  'postgresql.cnpg.io/Cluster',
  'kafka.strimzi.io/Kafka',
  'kafka.strimzi.io/KafkaTopic',
  'acid.zalan.do/postgresql',
  'mysql.oracle.com/InnoDBCluster',
  'psmdb.percona.com/PerconaServerMongoDB',
  'pxc.percona.com/PerconaXtraDBCluster',
  'cassandra.datastax.com/CassandraDatacenter',
  'elasticsearch.k8s.elastic.co/Elasticsearch',
  'redis.redis.opstreelabs.in/RedisCluster',
  'cluster.x-k8s.io/Cluster',
]);

/** Groups all of whose kinds stand for something outside that goes when they go: buckets, databases, networks. */
const infrastructure =
  /(?:^|\.)(?:crossplane\.io|upbound\.io|services\.k8s\.aws|cnrm\.cloud\.google\.com|azure\.com)$/;

/** What planning must know about a kind. */
export function traitsOf({ group, kind }: Pick<ResourceId, 'group' | 'kind'>): Traits {
  const name = `${group}/${kind}`;
  return {
    workload: workloads.has(name),
    dataBearing: dataBearing.has(name) || infrastructure.test(group),
    irreversible: false,
  };
}
