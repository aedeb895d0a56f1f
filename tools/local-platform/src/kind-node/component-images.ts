/** The images of a cluster of kind, by what is in each of them. */
export interface ComponentImages {
  /** Those whose manifests name the program that they start: one image, under all of these names. */
  readonly components: readonly string[];
  readonly coredns: string;
  readonly pause: string;
}

/** The texts that the images of a cluster are read from: each names its own. */
export interface ImageSources {
  /** Output of `kubeadm config images list`. */
  readonly kubeadm: string;
  /** kind's settings of containerd, which name the image that holds a pod's namespaces. */
  readonly containerd: string;
  /** Files of kind that name images in quotes: those of its network and of its volumes. */
  readonly kind: string;
  /** Manifest of the gateway's controller. */
  readonly contour: string;
}

/** Returns the images that a cluster of kind pulls, unless its node has them. @throws when a source names none. */
export function imagesOfCluster({ kubeadm, containerd, kind, contour }: ImageSources): ComponentImages {
  const required = kubeadm.split('\n').filter((line) => line !== '');
  const coredns = required.find((image) => image.includes('/coredns:'));
  const pause = /sandbox_image\s*=\s*"([^"]+)"/.exec(containerd)?.[1];
  const ofKind = [...kind.matchAll(/"(docker\.io\/kindest\/[^"]+)"/g)].map(([, image = '']) => image);
  const ofContour = [...contour.matchAll(/^\s+image: (\S+\/\S+)$/gm)].map(([, image = '']) => image);
  if (coredns === undefined || pause === undefined || ofKind.length === 0 || ofContour.length === 0)
    throw new Error("the sources of the cluster's images have another form than expected");
  const components = required.filter((image) => image !== coredns && !image.includes('/pause:'));
  return { components: [...new Set([...components, ...ofKind, ...ofContour])], coredns, pause };
}
