import { imagesOfCluster, type ImageSources } from './component-images.ts';

const sources: ImageSources = {
  kubeadm: [
    'registry.k8s.io/kube-apiserver:v1.34.2',
    'registry.k8s.io/coredns/coredns:v1.12.1',
    'registry.k8s.io/pause:3.10.1',
    'registry.k8s.io/etcd:3.6.5-0\n',
  ].join('\n'),
  containerd: '[x]\n  sandbox_image = "registry.k8s.io/pause:3.10"\n',
  kind: 'const a = "docker.io/kindest/kindnetd:v1"\nconst b = "docker.io/kindest/local-path-helper:v2"\n',
  contour: [
    '        image: ghcr.io/projectcontour/contour:v1',
    '                        image:',
    '        image: docker.io/envoyproxy/envoy:v2',
    '        image: ghcr.io/projectcontour/contour:v1\n',
  ].join('\n'),
};

describe('imagesOfCluster', () => {
  it('names each image once, and the pause image as containerd does', () => {
    expect(imagesOfCluster(sources)).toEqual({
      components: [
        'registry.k8s.io/kube-apiserver:v1.34.2',
        'registry.k8s.io/etcd:3.6.5-0',
        'docker.io/kindest/kindnetd:v1',
        'docker.io/kindest/local-path-helper:v2',
        'ghcr.io/projectcontour/contour:v1',
        'docker.io/envoyproxy/envoy:v2',
      ],
      coredns: 'registry.k8s.io/coredns/coredns:v1.12.1',
      pause: 'registry.k8s.io/pause:3.10',
    });
  });

  it.each(['kubeadm', 'containerd', 'kind', 'contour'] as const)('fails when %s has another form', (source) => {
    expect(() => imagesOfCluster({ ...sources, [source]: 'something else' })).toThrow('another form');
  });
});
