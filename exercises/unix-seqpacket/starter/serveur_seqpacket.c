/* Exercice : serveur local qui reçoit des enregistrements. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h> /* struct sockaddr_un */
#include <unistd.h>

#define LG_MESSAGE 256

int main(int argc, char *argv[])
{
    struct sockaddr_un pointDeRencontreLocal;
    if (argc > 0)
        printf("%s : un chemin a au plus %zu octets, un enregistrement %d\n", argv[0],
               sizeof(pointDeRencontreLocal.sun_path) - 1, LG_MESSAGE);

    /* Étape 1 : vérifier l'argument et la longueur du chemin. */

    /* Étape 2 : créer le socket (AF_UNIX, SOCK_SEQPACKET), l'attacher au chemin, le mettre en écoute.
       Chemin abandonné, serveur en marche, SIGINT et SIGTERM : comme dans serveur_unix. */

    /* Étape 3 : accepter un client. */

    /* Étape 4 : recevoir un enregistrement après l'autre ; afficher le nombre d'octets de chacun, sur une ligne.
       0 est la fin de fichier, et non un enregistrement. */

    /* Étape 5 : fermer les deux sockets, supprimer le chemin, et terminer avec EXIT_SUCCESS. */

    fprintf(stderr, "serveur_seqpacket : à compléter\n");
    return EXIT_FAILURE;
}
